"""The app's name and label."""

from django.apps import AppConfig


class ListsConfig(AppConfig):
    name = "shuke.crm.lists"
    label = "lists"
    default_auto_field = "django.db.models.BigAutoField"
