"""What people type about themselves and each other."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from shuke.crm.people import throttle
from shuke.crm.people.models import User
from shuke.crm.words import here, lazily


class LogInForm(forms.Form):
    """User name and password; after too many failures for a name from one place it waits."""

    username = forms.CharField(
        label=lazily("people.field.username"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "autofocus": True}),
    )
    password = forms.CharField(
        label=lazily("people.field.password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, request: HttpRequest, data: Any = None) -> None:
        super().__init__(data)
        self.request = request
        self.user: User | None = None

    def clean(self) -> dict[str, Any]:
        """Who it is, in `user`."""
        given = super().clean() or {}
        name, password = given.get("username"), given.get("password")
        if not name or not password:
            return given
        place = str(self.request.META.get("REMOTE_ADDR", ""))
        minutes = throttle.minutes_to_wait(name, place)
        if minutes:
            raise ValidationError(here("people.log_in.too_often", minutes=minutes))
        found = authenticate(self.request, username=name, password=password)
        if not isinstance(found, User):
            throttle.count_failure(name, place)
            raise ValidationError(here("people.log_in.wrong"))
        throttle.forget(name, place)
        self.user = found
        return given


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic when it runs
    """What users change about themselves."""

    class Meta:
        model = User
        fields = ("name", "email", "language", "theme")
        help_texts: ClassVar[dict[str, Any]] = {"name": lazily("people.help.name")}
        widgets: ClassVar[dict[str, Any]] = {
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            "email": forms.EmailInput(attrs={"autocomplete": "email"}),
        }


class UserForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic when it runs
    """What an owner changes about a user."""

    class Meta:
        model = User
        fields = ("name", "email", "role", "is_active")
        help_texts: ClassVar[dict[str, Any]] = {
            "name": lazily("people.help.name"),
            "is_active": lazily("people.help.is_active"),
        }


class NewUserForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic when it runs
    """A new user with a first password."""

    password = forms.CharField(
        label=lazily("people.field.password"),
        help_text=lazily("people.help.password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    class Meta:
        model = User
        fields = ("username", "name", "email", "role", "language")
        help_texts: ClassVar[dict[str, Any]] = {
            "username": lazily("people.help.username"),
            "name": lazily("people.help.name"),
        }
        widgets: ClassVar[dict[str, Any]] = {"username": forms.TextInput(attrs={"autocomplete": "off"})}

    def clean_password(self) -> str:
        """Held against Django's validators, with the name in mind."""
        password = str(self.cleaned_data["password"])
        known = {name: self.cleaned_data.get(name, "") for name in ("username", "name", "email")}
        validate_password(password, User(**known))
        return password


class PasswordForm(PasswordChangeForm):
    """The current password, and a new one twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["old_password"].label = here("people.password.old")
        self.fields["new_password1"].label = here("people.password.new")
        self.fields["new_password1"].help_text = here("people.help.password")
        self.fields["new_password2"].label = here("people.password.again")
        self.fields["new_password2"].help_text = ""
