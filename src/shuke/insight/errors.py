"""What the door refuses, as codes that pages put into words."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

from shuke.kit.errors import InputError, ShukeError


class RefusedUpload(InputError):  # noqa: N818  named as the sentence it makes
    """A file cannot be taken: `code` names the sentence `insight.refused.<code>`, `figures` go into it."""

    def __init__(self, code: str, **figures: object) -> None:
        self.code, self.key, self.figures = code, f"insight.refused.{code}", figures
        told = ", ".join(f"{name}={value}" for name, value in figures.items())
        super().__init__(f"The upload was refused ({code}{': ' + told if told else ''}).")

    @classmethod
    def because(cls, reason: InputError) -> Self:
        """A refusal in the words of whoever read the file."""
        refused = cls(reason.key or "unreadable")
        refused.key, refused.figures, refused.args = reason.key, reason.figures, reason.args
        return refused


class NotNow(InputError):  # noqa: N818
    """The act does not fit the state the file or run is in: `code` names the sentence `insight.not_now.<code>`."""

    def __init__(self, code: str) -> None:
        self.code, self.key = code, f"insight.not_now.{code}"
        super().__init__(f"This cannot be done now ({code}).")


def without_place(reason: InputError, place: Path) -> InputError:
    """The same, without the folder where the server keeps the file: that is nobody's business."""
    hidden = f"{place}/"
    told = InputError(str(reason).replace(hidden, ""))
    told.key = reason.key
    told.figures = {name: str(value).replace(hidden, "") for name, value in reason.figures.items()}
    return told


def in_json(reason: ShukeError) -> dict[str, Any]:
    """An error as JSON, to be said later in the language of who reads it."""
    return {"key": reason.key or "", "figures": reason.plain_figures, "text": str(reason)}
