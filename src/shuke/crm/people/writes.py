"""What happens to users: each function one act."""

from __future__ import annotations

from django.db import transaction

from shuke.crm.people.errors import LastOwnerError
from shuke.crm.people.models import Role, User


@transaction.atomic
def add_user(
    *, username: str, password: str, name: str = "", email: str = "", role: str = Role.STAFF, language: str = ""
) -> User:
    """A new user; `ValidationError` for a name that is taken or a role there is not."""
    return User.objects.create_user(username, email, password, name=name, role=role, language=language)


@transaction.atomic
def change_user(*, user: User, name: str, email: str, role: str, is_active: bool) -> User:
    """What an owner changes about a user; `LastOwnerError` where nobody would be left to own the business."""
    owners = User.objects.select_for_update().filter(role=Role.OWNER, is_active=True)
    stays = role == Role.OWNER and is_active
    if not stays and not owners.exclude(pk=user.pk).exists() and owners.filter(pk=user.pk).exists():
        raise LastOwnerError
    user.name, user.email, user.role, user.is_active = name, email, role, is_active
    user.save(update_fields=["name", "email", "role", "is_active"])
    return user


def change_profile(*, user: User, name: str, email: str, language: str, theme: str) -> User:
    """What users change about themselves."""
    user.name, user.email, user.language, user.theme = name, email, language, theme
    user.save(update_fields=["name", "email", "language", "theme"])
    return user


def choose_language(*, user: User, language: str) -> None:
    """The language of this user's pages; empty follows the browser."""
    User.objects.filter(pk=user.pk).update(language=language)


def choose_theme(*, user: User, theme: str) -> None:
    """Light, dark, or as the device."""
    User.objects.filter(pk=user.pk).update(theme=theme)
