"""What the timeline refuses, as codes that pages put into words."""

from __future__ import annotations

from shuke.kit.errors import InputError


class RefusedTouch(InputError):  # noqa: N818  named as the sentence it makes
    """A touch cannot be kept or changed so: `code` names the sentence `timeline.refused.<code>`."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(f"The touch was refused ({code}).")


class RefusedFile(InputError):  # noqa: N818
    """An attachment cannot be taken: `code` names the sentence `timeline.file.<code>`, `figures` go into it."""

    def __init__(self, code: str, **figures: object) -> None:
        self.code = code
        self.said = {name: str(value) for name, value in figures.items()}
        told = ", ".join(f"{name}={value}" for name, value in figures.items())
        super().__init__(f"The attachment was refused ({code}{': ' + told if told else ''}).")
