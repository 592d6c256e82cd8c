"""The template library `ui`."""
