"""The Django project: settings from the environment, URLs, security headers. Knows every app; no app knows it."""

from shuke.kit.threads import one_thread_a_sum

one_thread_a_sum()
