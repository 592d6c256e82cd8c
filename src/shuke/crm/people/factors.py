"""Second factors: six digits from an app (TOTP), passkeys (WebAuthn), and recovery codes for who lost both.

The cryptography is pyotp's and py_webauthn's; here stands only what is kept, and that nothing is good twice.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyotp
import segno
import webauthn
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, options_to_json_dict
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from shuke.crm.people import audit
from shuke.crm.people.errors import RefusedFactorError
from shuke.crm.people.models import Authenticator, Passkey, RecoveryCode, User

ISSUER = "Shuke"
RECOVERY_CODES = 10
_STEP_SECONDS = 30
_DRIFT_STEPS = 1
_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"  # no signs that are read for one another


@dataclass(frozen=True, slots=True)
class Site:
    """What a passkey is bound to: the host's name, and the address pages come from."""

    host: str
    origin: str

    @property
    def takes_passkeys(self) -> bool:
        """Browsers bind passkeys to names over HTTPS, and to localhost; never to a bare address."""
        return self.host == "localhost" or (self.origin.startswith("https://") and not _is_address(self.host))


def site_of(request: HttpRequest) -> Site:
    """The site as this visitor's browser knows it."""
    host = request.get_host()
    scheme = "https" if request.is_secure() else "http"
    return Site(host.rpartition(":")[0] if ":" in host.rpartition("]")[2] else host, f"{scheme}://{host}")


def has_any(user: User) -> bool:
    """Whether a second factor is asked of this user at log-in."""
    return Authenticator.objects.filter(user=user).exists() or Passkey.objects.filter(user=user).exists()


# --- six digits ---------------------------------------------------------------------------------------------------
def new_secret() -> str:
    """A secret for an app; kept with the user only when a first code has shown that the app has it."""
    return pyotp.random_base32()


def drawn(user: User, secret: str) -> str:
    """The secret as a picture (SVG) that apps read, made here: no request leaves the machine."""
    uri = pyotp.TOTP(secret).provisioning_uri(name=user.username, issuer_name=ISSUER)
    return segno.make(uri, error="m", micro=False).svg_inline(
        scale=5, border=4, dark="#000", light="#fff", omitsize=False
    )


@transaction.atomic
def turn_on(*, user: User, secret: str, code: str) -> list[str]:
    """Keep the secret once a code proves it; the recovery codes, shown this once. Raises RefusedFactorError."""
    step = _step_of(secret, code, after=0)
    Authenticator.objects.update_or_create(
        user=user, defaults={"secret": secret, "last_step": step, "added_at": timezone.now()}
    )
    audit.note("second_factor_on", by=user, kind="user", record=user.pk)
    return new_recovery_codes(user=user) if not user.recovery_codes.exists() else []


@transaction.atomic
def check_code(*, user: User, code: str) -> None:
    """A code of the app, or a recovery code; good once. Raises RefusedFactorError."""
    typed = "".join(code.split()).lower().replace("-", "")
    kept = Authenticator.objects.select_for_update().filter(user=user).first()
    if kept is not None and typed.isdecimal():
        kept.last_step = _step_of(kept.secret, typed, after=kept.last_step)
        kept.save(update_fields=["last_step"])
        return
    if RecoveryCode.objects.filter(user=user, digest=_digest(typed)).delete()[0] != 1:
        raise RefusedFactorError
    audit.note("recovery_code_used", by=user, kind="user", record=user.pk, count=user.recovery_codes.count())


def _step_of(secret: str, code: str, *, after: int) -> int:
    """The step of time the code is of: one just now, and later than any used before."""
    now = int(timezone.now().timestamp()) // _STEP_SECONDS
    totp = pyotp.TOTP(secret)
    typed = "".join(code.split())
    for step in range(now - _DRIFT_STEPS, now + _DRIFT_STEPS + 1):
        if step > after and secrets.compare_digest(totp.at(step * _STEP_SECONDS).encode(), typed.encode()):
            return step
    raise RefusedFactorError


@transaction.atomic
def new_recovery_codes(*, user: User) -> list[str]:
    """Ten codes in place of those there were; only their digests are kept."""
    codes = ["".join(secrets.choice(_SIGNS) for _ in range(16)) for _ in range(RECOVERY_CODES)]
    RecoveryCode.objects.filter(user=user).delete()
    RecoveryCode.objects.bulk_create([RecoveryCode(user=user, digest=_digest(code)) for code in codes])
    audit.note("recovery_codes_made", by=user, kind="user", record=user.pk, count=len(codes))
    return ["-".join(code[start : start + 4] for start in range(0, 16, 4)) for code in codes]


@transaction.atomic
def turn_off(*, user: User, by: User) -> None:
    """Take all second factors away: by oneself, or by an owner for who has lost everything."""
    Authenticator.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(user=user).delete()
    Passkey.objects.filter(user=user).delete()
    audit.note("second_factor_off", by=by, kind="user", record=user.pk)


def _digest(code: str) -> str:
    return hashlib.sha256(f"shuke recovery code\0{code}".encode()).hexdigest()


# --- passkeys -----------------------------------------------------------------------------------------------------
def registration(user: User, site: Site) -> tuple[dict[str, Any], str]:
    """What the browser is asked to make a key with, and the challenge to keep meanwhile."""
    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name=ISSUER,
        user_id=str(user.pk).encode(),
        user_name=user.username,
        user_display_name=user.shown_name,
        exclude_credentials=_descriptors(user),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.PREFERRED
        ),
    )
    return options_to_json_dict(options), bytes_to_base64url(options.challenge)


@transaction.atomic
def add_passkey(*, user: User, site: Site, challenge: str, credential: str, name: str) -> tuple[Passkey, list[str]]:
    """Keep a key the browser made, and recovery codes with the first factor. Raises RefusedFactorError."""
    try:
        made = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.host,
            expected_origin=site.origin,
        )
    except (WebAuthnException, ValueError, KeyError) as reason:
        raise RefusedFactorError from reason
    key = Passkey.objects.create(
        user=user,
        name=" ".join(name.split())[:60] or "Passkey",
        credential=bytes_to_base64url(made.credential_id),
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
    )
    audit.note("passkey_added", by=user, kind="user", record=user.pk)
    return key, new_recovery_codes(user=user) if not user.recovery_codes.exists() else []


def challenge_for(user: User, site: Site) -> tuple[dict[str, Any], str]:
    """What the browser is asked to sign, and the challenge to keep meanwhile."""
    options = webauthn.generate_authentication_options(
        rp_id=site.host,
        allow_credentials=_descriptors(user),
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return options_to_json_dict(options), bytes_to_base64url(options.challenge)


@transaction.atomic
def check_passkey(*, user: User, site: Site, challenge: str, credential: Mapping[str, Any]) -> None:
    """A signature by one of the user's keys over this very challenge. Raises RefusedFactorError."""
    key = Passkey.objects.select_for_update().filter(user=user, credential=str(credential.get("id", ""))).first()
    if key is None:
        raise RefusedFactorError
    try:
        proved = webauthn.verify_authentication_response(
            credential=dict(credential),
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=bytes(key.public_key),
            credential_current_sign_count=key.sign_count,
        )
    except (WebAuthnException, ValueError, KeyError) as reason:
        raise RefusedFactorError from reason
    key.sign_count, key.used_at = proved.new_sign_count, timezone.now()
    key.save(update_fields=["sign_count", "used_at"])


def is_last(*, user: User, passkey_id: int) -> bool:
    """Whether a key is the only factor its user has."""
    keys = set(user.passkeys.values_list("pk", flat=True))
    return keys == {passkey_id} and not Authenticator.objects.filter(user=user).exists()


@transaction.atomic
def remove_passkey(*, user: User, passkey_id: int) -> bool:
    """Forget one key; with the last factor the recovery codes go too. False where there is none."""
    gone = Passkey.objects.filter(user=user, pk=passkey_id).delete()[0]
    if gone:
        audit.note("passkey_removed", by=user, kind="user", record=user.pk)
    if gone and not has_any(user):
        RecoveryCode.objects.filter(user=user).delete()
    return bool(gone)


def _descriptors(user: User) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(key.credential)) for key in user.passkeys.all()]


def _is_address(host: str) -> bool:
    return host.startswith("[") or host.replace(".", "").isdecimal()
