"""Tables of the audit: what happened, which nobody changes, and beside it the values, which erasure may clear."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone


class AuditEntry(models.Model):
    """One act: who did what to which record, when, from where. Triggers refuse every change and deletion.

    `fields` names what was changed, never to what: no personal data stands here. `acting_as` is whom the user viewed
    as, `token` the token of the API that asked. `record` is the record's id in its kind. Users are never deleted, so
    the keys need no act of the database.
    """

    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.DO_NOTHING, null=True, db_constraint=False, db_index=False,
        related_name="+",
    )  # fmt: skip
    acting_as = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.DO_NOTHING, null=True, db_constraint=False, db_index=False,
        related_name="+",
    )  # fmt: skip
    token = models.ForeignKey(
        "people.Token", on_delete=models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    act = models.CharField(max_length=32)
    kind = models.CharField(max_length=32, blank=True)
    record = models.CharField(max_length=64, blank=True)
    address = models.CharField(max_length=45, blank=True)
    fields = models.JSONField(default=list, blank=True)
    count = models.PositiveBigIntegerField(null=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["at"], name="audit_by_time"),
            models.Index(fields=["by", "id"], name="audit_by_user"),
            models.Index(fields=["act", "id"], name="audit_by_act"),
            models.Index(fields=["kind", "record", "id"], name="audit_by_record"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.act}"


class AuditValues(models.Model):
    """The values of an entry: {field: [before, after]} or what else tells it; may be personal data."""

    entry = models.OneToOneField(
        AuditEntry, on_delete=models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="kept"
    )
    values = models.JSONField(default=dict)

    def __str__(self) -> str:
        return str(self.pk)


_NAME = "people_auditentry"
_GUARDS = {
    "sqlite": [
        f"CREATE TRIGGER audit_no_{act.lower()} BEFORE {act} ON {_NAME} BEGIN "
        f"SELECT RAISE(ABORT, 'the audit is append-only'); END"
        for act in ("UPDATE", "DELETE")
    ],
    "postgresql": [
        "CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit is append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$",
        f"CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON {_NAME} "
        "FOR EACH ROW EXECUTE FUNCTION audit_is_append_only()",
    ],
}
_UNGUARDS = {
    "sqlite": ["DROP TRIGGER audit_no_update", "DROP TRIGGER audit_no_delete"],
    "postgresql": [f"DROP TRIGGER audit_append_only ON {_NAME}", "DROP FUNCTION audit_is_append_only()"],
}


def guards(vendor: str) -> list[str]:
    """The SQL that makes the audit append-only."""
    return _GUARDS[vendor]


def unguards(vendor: str) -> list[str]:
    """The SQL that takes it back, for a migration's way back and for tests."""
    return _UNGUARDS[vendor]
