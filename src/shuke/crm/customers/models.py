"""Customers with their cards: fields, sections, entries, links, tags, history; and saved views of the list."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower

from shuke.crm.customers.labels import in_language


class Origin(models.TextChoices):
    """Where something known of a customer comes from."""

    HAND = "hand", "hand"
    RULE = "rule", "rule"
    RUN = "run", "run"
    IMPORT = "import", "import"


class Kind(models.TextChoices):
    """What a customer is."""

    PERSON = "person", "person"
    ORGANISATION = "organisation", "organisation"
    HOUSEHOLD = "household", "household"


def _beginning(column: str, name: str) -> models.Index:
    """An index by which texts are found by their beginning, with the id, so that no row is read."""
    return models.Index(fields=[column, "id"], name=name, opclasses=["varchar_pattern_ops", "int8_ops"])


class Customer(models.Model):
    """One customer, known outside by `key` (the id in the business's own systems).

    `owner` is the user who is responsible for the customer; None while nobody is.
    `values` holds the fields of the card: code of the field -> value as `fields.clean` gives it; what is not known has
    no entry. `traits` holds what imports, rules and people say beside the fields: label -> {"value", "origin", "on"}.
    A label or origin that is a code (`customers.trait.name.…`, `customers.trait.origin.…`) is shown in the reader's
    language.
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
    values = models.JSONField(default=dict, blank=True)
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
            _beginning("search_initials", "customer_by_initials"),
            _beginning("sort_name", "customer_name_prefix"),
            _beginning("search_phone", "customer_phone_prefix"),
            models.Index(Lower("email"), name="customer_by_email", condition=~models.Q(email="")),
        ]

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        """The name, or the key of a customer whose name is not known."""
        return self.name or self.key


class Alias(models.Model):
    """The key and number of a card that was merged into another, to which whoever still names them is led."""

    key = models.CharField(max_length=200, unique=True)
    number = models.BigIntegerField(unique=True)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="aliases")

    def __str__(self) -> str:
        return f"{self.key} → {self.customer_id}"


class Tag(models.Model):
    """A word that people or rules put on customers."""

    class Colour(models.TextChoices):
        GREY = "", "grey"
        BLUE = "blue", "blue"
        GREEN = "green", "green"
        AMBER = "amber", "amber"
        RED = "red", "red"

    name = models.CharField(max_length=40, unique=True)
    colour = models.CharField(max_length=8, choices=Colour, default=Colour.GREY, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class CustomerTag(models.Model):
    """A tag on a customer: where it came from, who put it there and when."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="tagged")
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="tagged")
    origin = models.CharField(max_length=8, choices=Origin, default=Origin.HAND)
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
    query = models.TextField(blank=True)
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


class Section(models.Model):
    """A part of the card. One that `repeats` holds any number of entries, such as a log; another holds fields once."""

    code = models.SlugField(max_length=40, unique=True)
    labels = models.JSONField(default=dict)
    repeats = models.BooleanField(default=False)
    position = models.PositiveIntegerField(default=0)
    template = models.CharField(max_length=40, blank=True)
    is_archived = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["position", "pk"]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """What it is called, in the reader's language or the nearest there is."""
        return in_language(self.labels) or self.code


class Field(models.Model):
    """One thing a card can say of a customer. Its code is the key in `Customer.values` and never changes.

    `choices` is [{"code", "labels"}]. `searchable`: the search of the list finds its words. `listed`: a column, filter
    and order of the list, kept fast by an index of its own (`indexes`).
    """

    class Type(models.TextChoices):
        TEXT = "text", "text"
        LONG_TEXT = "long_text", "long text"
        NUMBER = "number", "number"
        MONEY = "money", "money"
        DATE = "date", "date"
        CHOICE = "choice", "choice"
        MULTI_CHOICE = "multi_choice", "several choices"
        YES_NO = "yes_no", "yes or no"
        PHONE = "phone", "phone"
        CUSTOMER = "customer", "link to a customer"

    code = models.SlugField(max_length=40, unique=True)
    section = models.ForeignKey(Section, on_delete=models.PROTECT, related_name="fields")
    type = models.CharField(max_length=16, choices=Type, default=Type.TEXT)
    labels = models.JSONField(default=dict)
    choices = models.JSONField(default=list, blank=True)
    is_required = models.BooleanField(default=False)
    is_searchable = models.BooleanField(default=False)
    is_listed = models.BooleanField(default=False)
    is_archived = models.BooleanField(default=False)
    position = models.PositiveIntegerField(default=0)
    template = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering: ClassVar = ["position", "pk"]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """What it is called, in the reader's language or the nearest there is."""
        return in_language(self.labels) or self.code

    @property
    def options(self) -> list[tuple[str, str]]:
        """The choices: code and what it is called."""
        return [(choice["code"], in_language(choice["labels"]) or choice["code"]) for choice in self.choices]


class Entry(models.Model):
    """One entry of a section that repeats: a competitor compared, a product owned, a follow-up."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="entries")
    section = models.ForeignKey(Section, on_delete=models.PROTECT, related_name="entries")
    values = models.JSONField(default=dict)
    on = models.DateField(null=True, blank=True)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-on", "-pk"]
        indexes: ClassVar = [models.Index(fields=["customer", "section"], name="entry_of_customer")]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.section_id}"


class Link(models.Model):
    """Who is what to whom: `customer` is the `kind` of `other` (`links.KINDS` names both directions)."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="links_from")
    other = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="links_to")
    kind = models.CharField(max_length=16)
    linked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    linked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["customer", "other", "kind"], name="a_link_of_a_kind_once"),
            models.CheckConstraint(condition=~models.Q(customer=models.F("other")), name="no_link_to_oneself"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.kind} {self.other_id}"


class Act(models.Model):
    """What somebody did to several customers at once, as one thing that can be undone."""

    field = models.CharField(max_length=60)
    value: models.JSONField[Any, Any] = models.JSONField(null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    customers = models.PositiveIntegerField(default=0)
    is_done = models.BooleanField(default=False)
    undone_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.field} ({self.customers})"

    @property
    def changed(self) -> int:
        """How many cards it changed; of one that was stopped or goes on, so far."""
        return self.customers if self.is_done else self.changes.count()


class Change(models.Model):
    """One field of one customer changed: by whom, when, from what to what. Never altered afterwards.

    `field` is `name`, `kind`, `phone`, `email`, the code of a field of the card, `created`, `tag`, `link`,
    `entry:` and a section, or `trait:` and its label.
    """

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="changes")
    field = models.CharField(max_length=60)
    before: models.JSONField[Any, Any] = models.JSONField(null=True)
    after: models.JSONField[Any, Any] = models.JSONField(null=True)
    origin = models.CharField(max_length=8, choices=Origin, default=Origin.HAND)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    act = models.ForeignKey(Act, on_delete=models.SET_NULL, null=True, blank=True, related_name="changes")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["customer", "-id"], name="change_of_customer")]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.field}"
