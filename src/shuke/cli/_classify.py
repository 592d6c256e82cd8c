"""`shuke classify`: how customers are classified, shown, previewed on the last run and changed, from the terminal."""

from __future__ import annotations

import argparse
import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shuke.classify import REGISTRY, Body, classification
from shuke.cli._serve import start_django, waiting_migrations
from shuke.kit.errors import InputError
from shuke.kit.text import called, name_given, names_used, number, say
from shuke.report import columns_of_text


def classify_command(asked: argparse.Namespace, language: str) -> None:
    """List, show, preview or change, with the business of SHUKE_DATA."""
    start_django()
    if waiting_migrations():
        raise InputError.of("error.classify.not_up_to_date")
    {"list": _list, "show": _show, "preview": _preview, "edit": _edit}[asked.act](asked, language)


def _list(asked: argparse.Namespace, language: str) -> None:
    del asked
    from shuke.insight.definitions import in_force

    versions = in_force().versions
    rows = [[say(f"cli.classify.head.{name}", language) for name in ("code", "name", "version", "about")]]
    for code in REGISTRY:
        version = number(versions[code], language) if code in versions else say("classes.version.shipped", language)
        rows.append([code, say(f"classes.{code}.name", language), version, say(f"classes.{code}.about", language)])
    print("\n".join(columns_of_text(rows)))


def _show(asked: argparse.Namespace, language: str) -> None:
    """The definition as JSON on its own, so that it can be kept in a file, changed and given back; or its labels."""
    from shuke.insight.definitions import body_in_force

    body, _ = body_in_force(classification(asked.code).code)
    if asked.labels:
        _show_labels(asked.code, body, language)
        return
    print(json.dumps(body, ensure_ascii=False, indent=2))


def _show_labels(code: str, body: Body, language: str) -> None:
    """The labels of a definition: how many customers each has in the run in force, and what to do for them."""
    from shuke.crm.scores.models import Run
    from shuke.insight.words_of_classes import lever_key

    one, run = classification(code), Run.objects.filter(state=Run.State.CURRENT).first()
    told = run.figures.get("classes", {}).get(code, {}).get("labels", ()) if run else ()
    counts = {row["code"]: number(row["customers"], language) for row in told}
    names = {one.names + label["code"]: label["names"] for label in body["labels"] if label["names"]}
    rows = [[say(f"cli.classify.head.{name}", language) for name in ("code", "label", "customers", "lever")]]
    with names_used(names):
        for label in body["labels"]:
            key = lever_key(one, label["code"])
            rows.append([label["code"], _called(one.names, label["code"], language), counts.get(label["code"], "—"),
                         say(key, language) if key else "—"])  # fmt: skip
    print("\n".join(columns_of_text(rows, right=(2,))))


def _preview(asked: argparse.Namespace, language: str) -> None:
    from shuke.crm.scores.models import Run
    from shuke.insight.previewing import previewed

    body = read_definition(asked.file)
    one = classification(asked.code)
    classifier = one.read(body)
    run = Run.objects.filter(state=Run.State.CURRENT).first()
    found = None if run is None else previewed(run, asked.code, body)
    if found is None:
        raise InputError.of("error.classify.no_run")
    names = {one.names + label.code: label.names for label in classifier.labels if label.names}
    with names_used(names):
        heads = ("label", "before", "after")
        rows = [[say(f"cli.classify.head.{name}", language) for name in heads]]
        for label in dict.fromkeys((*found.after, *found.before)):
            counts = [number(part.get(label, 0), language) for part in (found.before, found.after)]
            rows.append([_called(one.names, label, language), *counts])
        print("\n".join(columns_of_text(rows, right=(1, 2))))
        print(say("cli.classify.moved", language, count=number(found.moved, language)))


def _called(prefix: str, code: str, language: str) -> str:
    """A label by its name; one that has none by its code."""
    try:
        return name_given(prefix + code, language) or called(prefix + code, language)
    except InputError:
        return code or "—"


def _edit(asked: argparse.Namespace, language: str) -> None:
    """Whoever can read the data folder may change what is in it: there is no user to ask."""
    from shuke.insight.definitions import save

    saved = save(code=asked.code, body=read_definition(asked.file), by=None, comment=asked.comment)
    print(say("classes.same", language) if saved is None else say("classes.saved", language, version=saved.version))


def read_definition(path: Path) -> Body:
    """A definition from a file, .toml or .json. Raises InputError where it cannot be read."""
    try:
        text = path.read_text("utf-8")
        found: Any = tomllib.loads(text) if path.suffix.lower() == ".toml" else json.loads(text)
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, tomllib.TOMLDecodeError) as reason:
        raise InputError.of("error.classify.unreadable", path=path, reason=str(reason)) from reason
    if not isinstance(found, Mapping):
        raise InputError.of("error.classify.unreadable", path=path, reason=type(found).__name__)
    return dict(found)
