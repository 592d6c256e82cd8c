"""The app's name and label, and customers as a kind of record that roles give scopes for."""

from django.apps import AppConfig

from shuke.crm.people.rights import ACTS, Kind, register

CUSTOMERS = Kind(
    code="customers",
    title="customers.title",
    acts=ACTS,
    staff={"read": "all", "write": "all", "delete": "none", "export": "none", "assign": "own"},
    manager={"read": "all", "write": "all", "delete": "none", "export": "all", "assign": "all"},
)


class CustomersConfig(AppConfig):
    name = "shuke.crm.customers"
    label = "customers"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Their line in the matrix of roles."""
        register(CUSTOMERS)
