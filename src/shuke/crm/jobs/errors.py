"""What jobs refuse, and how a handler is stopped."""

from __future__ import annotations

from shuke.kit.errors import ShukeError


class UnknownKindError(ShukeError):
    """No handler is registered for this kind of job."""

    def __init__(self, kind: str, known: list[str]) -> None:
        super().__init__(
            f"No handler for jobs of kind {kind!r}: SHUKE_JOBS knows {', '.join(sorted(known)) or 'none'}."
        )


class ClaimLostError(ShukeError):
    """Another worker has taken this job, because this one gave no sign of life for too long."""


class CancelledError(ShukeError):
    """A user asked for the job to stop; handlers let this pass through."""


class ShuttingDownError(ShukeError):
    """The worker is being stopped; the job goes back to the queue. Handlers let this pass through."""
