"""A row of a table as JSON, to be put back later just as it was."""

from __future__ import annotations

from typing import Any

from django.db import models

Kept = dict[str, Any]


def kept(row: models.Model) -> Kept:
    """All columns of a row, exact to the microsecond."""
    return {field.attname: _told(field, row) for field in row._meta.local_concrete_fields}


def _told(field: models.Field[Any, Any], row: models.Model) -> Any:
    value = field.value_from_object(row)
    return None if value is None else field.value_to_string(row)


def put_back(model: type[models.Model], told: Kept) -> models.Model | None:
    """The row again, with its number. None where something it cannot be without is gone meanwhile."""
    values = {field.attname: _read(field, told.get(field.attname)) for field in model._meta.local_concrete_fields}
    for field in model._meta.local_concrete_fields:
        if isinstance(field, models.ForeignKey) and _is_gone(field, values[field.attname]):
            if not field.null:
                return None
            values[field.attname] = None
    row = model(**values)
    row.save_base(raw=True, force_insert=True)  # raw: times of making are those of the row, not of now
    return row


def _read(field: models.Field[Any, Any], told: Any) -> Any:
    return None if told is None else field.to_python(told)


def _is_gone(field: models.ForeignKey[Any, Any], value: Any) -> bool:
    other = field.remote_field.model
    return value is not None and not other._base_manager.filter(pk=value).exists()
