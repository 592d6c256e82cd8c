"""The Django project: settings from the environment, URLs, security headers. Knows every app; no app knows it."""
