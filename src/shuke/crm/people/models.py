"""Users, the teams they belong to and the roles they have; how they log in and what they did stand beside this file."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import get_language

from shuke.crm.people import audit, rights
from shuke.crm.people.doors import (
    Attempt,
    Authenticator,
    CallWindow,
    KeptAnswer,
    LogIn,
    Passkey,
    RecoveryCode,
    Token,
)
from shuke.crm.people.rights import Act, Granted, Right, Scope
from shuke.crm.people.trail import AuditEntry, AuditValues
from shuke.crm.words import here, lazily

__all__ = [
    "Attempt", "AuditEntry", "AuditValues", "Authenticator", "CallWindow", "KeptAnswer", "Language", "LogIn", "Passkey",
    "RecoveryCode", "Role", "Team", "Theme", "Token", "User",
]  # fmt: skip


class Language(models.TextChoices):
    """The language of the pages; empty follows the browser."""

    BROWSER = "", lazily("people.language.browser")
    SIMPLIFIED = "zh-hans", "简体中文"
    TRADITIONAL = "zh-hant", "繁體中文"
    ENGLISH = "en", "English"


class Theme(models.TextChoices):
    """Light or dark; `auto` follows the device."""

    AUTO = "auto", lazily("people.theme.auto")
    LIGHT = "light", lazily("people.theme.light")
    DARK = "dark", lazily("people.theme.dark")


class Role(models.Model):
    """What somebody does here: rights, scopes by kind of record and act, and whether a second factor is asked for.

    `names` is {language: name}. What a built-in role carries stands in `rights`; its row keeps only the rest.
    """

    OWNER: ClassVar[str] = rights.OWNER
    MANAGER: ClassVar[str] = rights.MANAGER
    STAFF: ClassVar[str] = rights.STAFF

    code = models.CharField(max_length=40, unique=True, validators=[RegexValidator(r"^[a-z][a-z0-9_]*\Z")])
    names = models.JSONField(default=dict, blank=True)
    rights = models.JSONField(default=list, blank=True)
    scopes = models.JSONField(default=dict, blank=True)
    needs_second_factor = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_built_in(self) -> bool:
        return self.code in rights.BUILT_IN

    @property
    def name(self) -> str:
        """In the reader's language, else in any that was given."""
        if self.is_built_in:
            return here(f"people.role.{self.code}")
        names: dict[str, str] = self.names
        return names.get(get_language() or "") or next((name for name in names.values() if name), self.code)

    @property
    def granted(self) -> Granted:
        """All it carries."""
        return rights.built_in(self.code) if self.is_built_in else Granted(frozenset(self.rights), self.scopes)


class Team(models.Model):
    """People who work together. Who leads a team sees it and the teams below it, and so do its members."""

    name = models.CharField(lazily("people.field.team_name"), max_length=60, unique=True)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="below",
        verbose_name=lazily("people.field.team_parent"),
    )  # fmt: skip
    lead = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="leads",
        verbose_name=lazily("people.field.team_lead"),
    )  # fmt: skip

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


def a_role_there_is(code: str) -> None:
    """Validator: the code of a role."""
    if code not in rights.BUILT_IN and not Role.objects.filter(code=code).exists():
        raise ValidationError(here("people.no_such_role", role=code))


class Users(BaseUserManager["User"]):
    """Users by user name."""

    def create_user(self, username: str, email: str = "", password: str | None = None, **fields: Any) -> User:
        """Save a user whose password is kept hashed; a name or role that is not allowed is a `ValidationError`."""
        user = self.model(username=User.normalize_username(username), email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, email: str = "", password: str | None = None, **fields: Any) -> User:
        """An owner; Django's `createsuperuser` calls this."""
        user = self.create_user(username, email, password, role=Role.OWNER, **fields)
        audit.note("user_added", kind="user", record=user.pk, values={"role": Role.OWNER, "username": user.username})
        return user


class User(AbstractBaseUser):
    """Somebody who logs in. `role` is the code of a role; a role that is gone carries nothing."""

    username = models.CharField(
        lazily("people.field.username"), max_length=60, unique=True, validators=[UnicodeUsernameValidator()]
    )
    name = models.CharField(lazily("people.field.name"), max_length=80, blank=True)
    email = models.EmailField(lazily("people.field.email"), blank=True)
    role = models.CharField(
        lazily("people.field.role"), max_length=40, default=rights.STAFF, validators=[a_role_there_is]
    )
    team = models.ForeignKey(
        Team, on_delete=models.SET_NULL, null=True, blank=True, related_name="members",
        verbose_name=lazily("people.field.team"),
    )  # fmt: skip
    language = models.CharField(
        lazily("people.field.language"), max_length=8, choices=Language.choices, default="", blank=True
    )
    theme = models.CharField(lazily("people.field.theme"), max_length=8, choices=Theme.choices, default=Theme.AUTO)
    is_active = models.BooleanField(lazily("people.field.is_active"), default=True)
    created_at = models.DateTimeField(lazily("people.field.created_at"), default=timezone.now, editable=False)

    objects: ClassVar[Users] = Users()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        ordering = ("username",)
        verbose_name = lazily("people.user")
        verbose_name_plural = lazily("people.users")

    def __str__(self) -> str:
        return self.shown_name

    @property
    def shown_name(self) -> str:
        """The name colleagues read."""
        return self.name or self.username

    def get_full_name(self) -> str:
        """The same, as Django and the shell of the pages ask for it."""
        return self.shown_name

    @property
    def role_row(self) -> Role:
        """The role, looked up once for this copy of the user, which is once a request."""
        kept: Role | None = self.__dict__.get("_role_row")
        if kept is None or kept.code != self.role:
            kept = Role.objects.filter(code=self.role).first() or Role(code=self.role)
            self.__dict__["_role_row"] = kept
        return kept

    @property
    def granted(self) -> Granted:
        """All that this user's role carries; nothing for who was shut out. Built-in roles need no look-up."""
        if not self.is_active:
            return rights.NOTHING
        return rights.built_in(self.role) if self.role in rights.BUILT_IN else self.role_row.granted

    @property
    def role_name(self) -> str:
        """What the role is called, in the reader's language."""
        return Role(code=self.role).name if self.role in rights.BUILT_IN else self.role_row.name

    def may(self, right: Right) -> bool:
        """Whether this user's role carries the right; nobody who was shut out has any."""
        return self.granted.may(right)

    def scope(self, kind: str, act: Act = "read") -> Scope:
        """How far an act on a kind of record reaches for this user."""
        return self.granted.scope(kind, act)

    @property
    def is_staff(self) -> bool:
        """Django's word for: may open /admin/."""
        return self.may("configure")

    @property
    def is_superuser(self) -> bool:
        """Django's word for: may change every table of /admin/."""
        return self.may("configure")

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Django's admin asks by table; Shuke's own pages ask `may`."""
        return self.may("configure")

    def has_module_perms(self, app_label: str) -> bool:
        """As `has_perm`, for a whole app."""
        return self.may("configure")
