"""The app's name and label."""

from django.apps import AppConfig


class ScoresConfig(AppConfig):
    name = "shuke.crm.scores"
    label = "scores"
    default_auto_field = "django.db.models.BigAutoField"
