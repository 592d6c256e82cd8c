"""What the commands of the web app take: serve, demo, check, work, manage."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from shuke.kit.text import say

THREADS = min(8, 2 * (os.cpu_count() or 1))
"""More would only wait for each other's turn to run Python."""
PROCESSES = min(4, os.cpu_count() or 1)
"""One Python uses one core: pages are made side by side only by several."""
DEMO_FOLDER, SHOP_FOLDER = Path("var/demo-web"), Path("var/demo-shop")


def add_web_commands(commands: argparse._SubParsersAction[Any], language: str) -> None:
    """Add them to the command line."""
    serve = _command(commands, "serve", language)
    _add_listening(serve, language)
    demo = _command(commands, "demo", language)
    _add_listening(demo, language)
    demo.add_argument("--shop", action="store_true", help=_help("demo_shop", language))
    demo.add_argument("--folder", type=Path, metavar="FOLDER", help=_help("demo_folder", language))
    demo.add_argument("--fresh", action="store_true", help=_help("fresh", language))
    demo.add_argument("--load-only", action="store_true", help=_help("load_only", language))
    _command(commands, "check", language)
    _command(commands, "work", language)
    manage = _command(commands, "manage", language, own_help=False)
    manage.add_argument("rest", nargs=argparse.REMAINDER, metavar="COMMAND …", help=_help("rest", language))


def _add_listening(parser: argparse.ArgumentParser, language: str) -> None:
    parser.add_argument("--host", default="127.0.0.1", help=_help("host", language))
    parser.add_argument("--port", type=int, default=8000, metavar="N", help=_help("port", language))
    parser.add_argument(
        "--threads", type=int, default=THREADS, metavar="N", help=_help("threads", language, threads=THREADS)
    )
    parser.add_argument(
        "--processes", type=int, default=PROCESSES, metavar="N", help=_help("processes", language, processes=PROCESSES)
    )
    parser.add_argument("--no-worker", action="store_true", help=_help("no_worker", language))


def _command(
    commands: argparse._SubParsersAction[Any], name: str, language: str, *, own_help: bool = True
) -> argparse.ArgumentParser:
    text = _help(name, language)
    # One without options of its own hands on all that stands behind it, `--help` too: nothing begins with this sign.
    prefix = "-" if own_help else "\0"
    parser: argparse.ArgumentParser = commands.add_parser(
        name, help=text, description=text, add_help=False, allow_abbrev=False, prefix_chars=prefix
    )
    setattr(parser, "language", language)  # noqa: B010 — commands are `_parser.Parser`, which speaks a language
    if own_help:
        parser.add_argument("-h", "--help", action="help", help=_help("help", language))
        parser.add_argument("--lang", metavar="LANG", default=argparse.SUPPRESS, help=_help("lang", language))
    return parser


def _help(name: str, language: str, **figures: object) -> str:
    return say(f"cli.help.{name}", language, **figures).replace("%", "%%")
