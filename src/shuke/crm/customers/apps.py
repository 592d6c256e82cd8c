"""The app's name and label."""

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "shuke.crm.customers"
    label = "customers"
    default_auto_field = "django.db.models.BigAutoField"
