"""A user of Shuke."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.utils import timezone

from shuke.crm.people.rights import RIGHTS, Right
from shuke.crm.words import lazily


class Role(models.TextChoices):
    """What somebody does here; `rights.RIGHTS` says what each role may."""

    OWNER = "owner", lazily("people.role.owner")
    MANAGER = "manager", lazily("people.role.manager")
    STAFF = "staff", lazily("people.role.staff")


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
        return self.create_user(username, email, password, role=Role.OWNER, **fields)


class User(AbstractBaseUser):
    """Somebody who logs in."""

    username = models.CharField(
        lazily("people.field.username"), max_length=60, unique=True, validators=[UnicodeUsernameValidator()]
    )
    name = models.CharField(lazily("people.field.name"), max_length=80, blank=True)
    email = models.EmailField(lazily("people.field.email"), blank=True)
    role = models.CharField(lazily("people.field.role"), max_length=16, choices=Role.choices, default=Role.STAFF)
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
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="people_user_role"),
        ]

    def __str__(self) -> str:
        return self.shown_name

    @property
    def shown_name(self) -> str:
        """The name colleagues read."""
        return self.name or self.username

    def get_full_name(self) -> str:
        """The same, as Django and the shell of the pages ask for it."""
        return self.shown_name

    def may(self, right: Right) -> bool:
        """Whether this user's role carries the right; nobody who was shut out has any."""
        return self.is_active and right in RIGHTS[self.role]

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
