"""What people type about themselves and each other."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from shuke.crm.people import audit, throttle
from shuke.crm.people.models import Role, Team, User
from shuke.crm.people.places import address_of
from shuke.crm.words import here, lazily


class LogInForm(forms.Form):
    """User name and password; after too many failures it waits, and says for how long."""

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
        place = address_of(self.request)
        minutes = throttle.minutes_to_wait(name, place)
        if minutes:
            raise ValidationError(here("people.log_in.too_often", minutes=minutes))
        found = authenticate(self.request, username=name, password=password)
        if not isinstance(found, User):
            failed(name, place)
            raise ValidationError(here("people.log_in.wrong"))
        throttle.forget(name, place)
        self.user = found
        return given


def failed(name: str, place: str, *, act: str = "log_in_failed", counted_as: str = "") -> None:
    """Count and note a failure; the name typed is a value, since people type passwords there."""
    user = User.objects.filter(username=name).first()
    record = user.pk if user else ""
    is_shut = throttle.count_failure(counted_as or name, place)
    audit.note(act, kind="user", record=record, values={"username": name})
    if is_shut:
        audit.note("log_in_locked", kind="user", record=record, values={"username": name})


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


def _role_field(viewer: User) -> forms.ChoiceField:
    """The roles the viewer can give: those that carry nothing beyond the viewer's own."""
    choices = [(role.code, role.name) for role in Role.objects.all() if viewer.granted.covers(role.granted)]
    return forms.ChoiceField(label=lazily("people.field.role"), choices=choices)


class UserForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic when it runs
    """What an owner changes about a user."""

    class Meta:
        model = User
        fields = ("name", "email", "role", "team", "is_active")
        help_texts: ClassVar[dict[str, Any]] = {
            "name": lazily("people.help.name"),
            "team": lazily("people.help.team"),
            "is_active": lazily("people.help.is_active"),
        }

    def __init__(self, viewer: User, data: Any = None, *, instance: User) -> None:
        super().__init__(data, instance=instance)
        self.fields["role"] = _role_field(viewer)
        _name_no_team(self)


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
        fields = ("username", "name", "email", "role", "team", "language")
        help_texts: ClassVar[dict[str, Any]] = {
            "username": lazily("people.help.username"),
            "name": lazily("people.help.name"),
            "team": lazily("people.help.team"),
        }
        widgets: ClassVar[dict[str, Any]] = {"username": forms.TextInput(attrs={"autocomplete": "off"})}

    def __init__(self, viewer: User, data: Any = None) -> None:
        super().__init__(data)
        self.fields["role"] = _role_field(viewer)
        self.initial["role"] = Role.STAFF
        _name_no_team(self)

    def clean_password(self) -> str:
        """Held against Django's validators, with the name in mind."""
        password = str(self.cleaned_data["password"])
        known = {name: self.cleaned_data.get(name, "") for name in ("username", "name", "email")}
        validate_password(password, User(**known))
        return password


def _name_no_team(form: forms.BaseForm) -> None:
    field = form.fields["team"]
    if isinstance(field, forms.ModelChoiceField):
        field.empty_label = here("people.no_team")


class TeamForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic when it runs
    """A team: what it is called, which team it is part of, who leads it."""

    class Meta:
        model = Team
        fields = ("name", "parent", "lead")
        help_texts: ClassVar[dict[str, Any]] = {
            "parent": lazily("people.help.team_parent"),
            "lead": lazily("people.help.team_lead"),
        }

    def __init__(self, data: Any = None, *, instance: Team) -> None:
        super().__init__(data, instance=instance)
        for name, queryset in (
            ("parent", Team.objects.exclude(pk=instance.pk)),
            ("lead", User.objects.filter(is_active=True)),
        ):
            field = self.fields[name]
            if isinstance(field, forms.ModelChoiceField):
                field.empty_label, field.queryset = here(f"people.no_{name}"), queryset

    def clean_name(self) -> str:
        """As it is kept, so that one that differs in blanks alone is found to be taken."""
        return " ".join(str(self.cleaned_data["name"]).split())


class PasswordForm(PasswordChangeForm):
    """The current password, and a new one twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["old_password"].label = here("people.password.old")
        self.fields["new_password1"].label = here("people.password.new")
        self.fields["new_password1"].help_text = here("people.help.password")
        self.fields["new_password2"].label = here("people.password.again")
        self.fields["new_password2"].help_text = ""


class CodeForm(forms.Form):
    """Six digits of the app, or a recovery code."""

    code = forms.CharField(
        label=lazily("people.second.code"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "text", "autocapitalize": "none", "autofocus": True}
        ),
    )


class OwnPasswordForm(forms.Form):
    """The user's password once more, before a second factor goes."""

    password = forms.CharField(
        label=lazily("people.password.old"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, user: User, data: Any = None) -> None:
        super().__init__(data)
        self.user = user

    def clean_password(self) -> str:
        """Refused where it is wrong."""
        password = str(self.cleaned_data["password"])
        if not self.user.check_password(password):
            raise ValidationError(here("people.password.wrong"))
        return password
