"""The `shuke` command. Exit codes: 0 done, 1 the input was refused (the reason is said), 2 wrong usage."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from shuke.kit.threads import one_thread_a_sum

one_thread_a_sum()

from shuke.cli._check import check_command
from shuke.cli._classify import classify_command
from shuke.cli._cohorts import cohorts_command
from shuke.cli._demo import demo_command
from shuke.cli._ledger import ledger_command
from shuke.cli._parser import build_parser, language_of
from shuke.cli._score import models_command, score_command
from shuke.cli._serve import manage_command, serve_command, work_command
from shuke.cli._shop import shop_command
from shuke.cli._tables import tables_command
from shuke.cli._why import why
from shuke.kit.errors import ShukeError
from shuke.kit.text import say

_COMMANDS = {
    "score": score_command,
    "models": models_command,
    "classify": classify_command,
    "cohorts": cohorts_command,
    "ledger": ledger_command,
    "tables": tables_command,
    "shop": shop_command,
    "serve": serve_command,
    "demo": demo_command,
    "check": check_command,
    "work": work_command,
    "manage": manage_command,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    language = language_of(given)
    asked = build_parser(language).parse_args(given)
    try:
        _COMMANDS[asked.command](asked, language)
    except ShukeError as reason:
        print(say("cli.refused", language, reason=reason.told(language)), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(say("cli.stopped", language), file=sys.stderr)
        return 130
    except BrokenPipeError:
        # Whoever read our output has seen enough (`shuke … | head`).
        sys.stderr.close()
        return 0
    except OSError as reason:
        # A folder that may not be written, a disk that is full: nothing that a traceback would explain.
        print(say("cli.refused", language, reason=why(reason, language)), file=sys.stderr)
        return 1
    return 0
