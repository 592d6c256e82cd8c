"""Short messages after an act, with a way back."""

from __future__ import annotations

from typing import Literal

from django.contrib import messages
from django.http import HttpRequest

Tone = Literal["success", "info", "warning", "error"]
_LEVELS = {
    "success": messages.SUCCESS,
    "info": messages.INFO,
    "warning": messages.WARNING,
    "error": messages.ERROR,
}


def toast(request: HttpRequest, text: str, *, tone: Tone = "success", undo_url: str = "") -> None:
    """Say what was done on the next page shown. With undo_url the toast has an Undo button that POSTs there."""
    # The messages framework carries one free text beside the message: the address to undo.
    messages.add_message(request, _LEVELS[tone], text, extra_tags=undo_url)
