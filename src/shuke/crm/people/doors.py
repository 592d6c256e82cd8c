"""Tables of how people and programs get in: second factors, log-ins, tokens, and failures that make the door wait."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone


class Authenticator(models.Model):
    """The secret that a user's app makes six digits from (TOTP, RFC 6238). `last_step` refuses a code used before."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="authenticator")
    secret = models.CharField(max_length=64)
    last_step = models.BigIntegerField(default=0)
    added_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return str(self.user_id)


class RecoveryCode(models.Model):
    """A code for who has lost the device, good once. Kept hashed; random enough that a fast hash is safe."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64, unique=True)

    def __str__(self) -> str:
        return str(self.user_id)


class Passkey(models.Model):
    """A key kept by a device or a password manager (WebAuthn); here only its public half."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="passkeys")
    name = models.CharField(max_length=60)
    credential = models.CharField(max_length=1400, unique=True)
    public_key = models.BinaryField()
    sign_count = models.BigIntegerField(default=0)
    added_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["added_at"]

    def __str__(self) -> str:
        return self.name


class LogIn(models.Model):
    """A session of a user: from which device and address, and when it was last seen."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="log_ins")
    session_key = models.CharField(max_length=40, unique=True)
    address = models.CharField(max_length=45, blank=True)
    device = models.CharField(max_length=80, blank=True)
    begun_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-seen_at"]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.device}"


class Attempt(models.Model):
    """Failed log-ins for a name, from an address, or both (`key` is their digest). In the database, so that a restart
    or a second process forgets none."""

    key = models.CharField(max_length=64, unique=True)
    failures = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return f"{self.key[:8]}: {self.failures}"


class Token(models.Model):
    """What a program shows instead of a password. Of the secret only a digest is kept; `prefix` tells tokens apart.

    It may do what its scopes name, and of that never more than its user's role allows when it is used.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=60)
    prefix = models.CharField(max_length=16, unique=True)
    digest = models.CharField(max_length=64)
    scopes = models.JSONField(default=list)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def state(self) -> str:
        """good, expired or revoked."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= timezone.now() else "good"


class CallWindow(models.Model):
    """How many calls a token, or an address without one, has made in a minute. Shared by all processes."""

    key = models.CharField(max_length=64, primary_key=True)
    minute = models.BigIntegerField()
    calls = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return f"{self.key[:8]}: {self.calls}"


class KeptAnswer(models.Model):
    """What the API answered to a request with an Idempotency-Key, so that the same request again does nothing twice.

    `digest` is of the request. Kept for a day; `body` is None once an erasure has cleared it.
    """

    token = models.ForeignKey(Token, on_delete=models.CASCADE, related_name="answers")
    key = models.CharField(max_length=120)
    digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    body = models.TextField(null=True)
    at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["token", "key"], name="one_answer_of_a_key")]

    def __str__(self) -> str:
        return f"{self.token_id}: {self.status}"
