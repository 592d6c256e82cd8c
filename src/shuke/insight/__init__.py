"""The pages that need the core, and the door between analytics and records: scores go in by `publish`."""
