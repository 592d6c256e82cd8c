"""Personal data: who may be contacted how, what is held on somebody, and erasing all of it."""
