"""The app's name and label."""

from django.apps import AppConfig


class TimelineConfig(AppConfig):
    name = "shuke.crm.timeline"
    label = "timeline"
    default_auto_field = "django.db.models.BigAutoField"
