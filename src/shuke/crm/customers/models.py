"""Customers, their tags, and saved views of the list."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models


class Kind(models.TextChoices):
    """What a customer is."""

    PERSON = "person", "person"
    ORGANISATION = "organisation", "organisation"
    HOUSEHOLD = "household", "household"


class Customer(models.Model):
    """One customer, known outside by `key` (the id in the business's own systems).

    `owner` is the user who is responsible for the customer; None while nobody is.
    `traits` holds what is known of a customer beside the contacts: label -> {"value", "origin", "on"}. A label
    or origin that is a code (`customers.trait.name.…`, `customers.trait.origin.…`) is shown in the reader's language.
    The `search_…` columns and `sort_name` follow from the others; only `writes` sets them.
    """

    key = models.CharField(max_length=200, unique=True)
    name = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=16, choices=Kind, default=Kind.PERSON)
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    traits = models.JSONField(default=dict, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    sort_name = models.CharField(max_length=120, editable=False, default="")
    search_text = models.TextField(editable=False, default="")
    search_initials = models.CharField(max_length=40, editable=False, default="")
    search_phone = models.CharField(max_length=40, editable=False, default="")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["sort_name", "id"], name="customer_by_name"),
            models.Index(fields=["created_at", "id"], name="customer_by_created"),
            models.Index(fields=["owner", "sort_name", "id"], name="customer_by_owner"),
            models.Index(fields=["search_initials"], name="customer_by_initials", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["sort_name"], name="customer_name_prefix", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["search_phone"], name="customer_phone_prefix", opclasses=["varchar_pattern_ops"]),
        ]

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        """The name, or the key of a customer whose name is not known."""
        return self.name or self.key


class Tag(models.Model):
    """A word that people or rules put on customers."""

    name = models.CharField(max_length=40, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class CustomerTag(models.Model):
    """A tag on a customer: where it came from, who put it there and when."""

    class Origin(models.TextChoices):
        PERSON = "person", "person"
        RULE = "rule", "rule"
        IMPORT = "import", "import"

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="tagged")
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="tagged")
    origin = models.CharField(max_length=8, choices=Origin, default=Origin.PERSON)
    tagged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    tagged_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tag", "customer"], name="a_tag_once_per_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.tag_id}"


class SavedView(models.Model):
    """A list somebody keeps: its filters and order (`query`, as in the address), and the columns chosen."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=1000, blank=True)
    shared = models.BooleanField(default=False)
    pinned = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-pinned", "name"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner", "name"], name="a_view_name_once_per_owner"),
        ]

    def __str__(self) -> str:
        return self.name


class Export(models.Model):
    """The log of exports: who took which rows away, and when."""

    exported_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    exported_at = models.DateTimeField(auto_now_add=True)
    query = models.CharField(max_length=1000, blank=True)
    columns = models.CharField(max_length=1000)
    rows = models.PositiveIntegerField(null=True)

    class Meta:
        ordering: ClassVar = ["-exported_at"]

    def __str__(self) -> str:
        return f"{self.exported_at:%Y-%m-%d %H:%M}"


class Assignment(models.Model):
    """One act of assigning customers: `before` is {id of the owner before, "" for nobody: [ids of customers]}."""

    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    to = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+")
    before = models.JSONField(default=dict)
    at = models.DateTimeField(auto_now_add=True)
    undone_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.by_id} → {self.to_id}"
