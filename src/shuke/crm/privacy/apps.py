"""The app's name and label."""

from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    name = "shuke.crm.privacy"
    label = "privacy"
    default_auto_field = "django.db.models.BigAutoField"
