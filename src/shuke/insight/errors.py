"""What the door refuses, as codes that pages put into words."""

from __future__ import annotations

from shuke.kit.errors import InputError


class RefusedUpload(InputError):  # noqa: N818  named as the sentence it makes
    """A file cannot be taken: `code` names the sentence `insight.refused.<code>`, `figures` go into it."""

    def __init__(self, code: str, **figures: object) -> None:
        self.code, self.figures = code, figures
        told = ", ".join(f"{name}={value}" for name, value in figures.items())
        super().__init__(f"The upload was refused ({code}{': ' + told if told else ''}).")


class NotNow(InputError):  # noqa: N818
    """The act does not fit the state the file or run is in: `code` names the sentence `insight.not_now.<code>`."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(f"This cannot be done now ({code}).")
