"""The app's name and label."""

from django.apps import AppConfig


class MergingConfig(AppConfig):
    name = "shuke.crm.merging"
    label = "merging"
    default_auto_field = "django.db.models.BigAutoField"
