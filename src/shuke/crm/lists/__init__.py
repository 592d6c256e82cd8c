"""The red list and the black list: who is on them, why, since when, until when, and who put them there."""
