"""The Django app."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "shuke.ui"
    label = "ui"
