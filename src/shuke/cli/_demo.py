"""`shuke demo`: from nothing to pages full of a real year of purchases, or of a simulated shop."""

from __future__ import annotations

import argparse
import os
import shutil
from pathlib import Path

from shuke.cli._progress import Progress
from shuke.cli._serve import bring_up_to_date, require_port, serve, start_django
from shuke.cli._web_parser import DEMO_FOLDER, SHOP_FOLDER
from shuke.kit.errors import InputError
from shuke.kit.text import say

_BEGUN = ".shuke-demo"
_LOADED = ".shuke-demo-loaded"
_OTHER_PLACES = ("DATABASE_URL", "SHUKE_LEDGER", "SHUKE_PRODUCTION", "SHUKE_SECRET_KEY", "SHUKE_DEBUG")
"""Settings that would send the demo's data into somebody's real records."""


def demo_command(asked: argparse.Namespace, language: str) -> None:
    """Load Complete Journey, or the simulated shop, into a folder of its own (once), then serve it on this machine."""
    if not asked.load_only:
        require_port(asked.host, asked.port)
    shown = asked.folder or (SHOP_FOLDER if asked.shop else DEMO_FOLDER)
    folder = _folder(shown.resolve(), shop=asked.shop, fresh=asked.fresh)
    _environment(folder, shop=asked.shop)
    start_django(gather=True)
    bring_up_to_date(language)
    if (folder / _LOADED).exists():
        print(say("cli.demo.kept", language, folder=shown), flush=True)
    else:
        _load(language, shop=asked.shop)
        (folder / _LOADED).touch()
    if not asked.load_only:
        from django.conf import settings

        name, password = settings.SHUKE_DEMO_LOGIN
        print(say("cli.demo.log_in", language, name=name, password=password), flush=True)
        serve(asked, language)


def _folder(folder: Path, *, shop: bool, fresh: bool) -> Path:
    """An empty folder or one of an earlier demo; one that was not finished is begun anew."""
    ours = (folder / _BEGUN).exists()
    if folder.exists() and not ours and any(folder.iterdir()):
        raise InputError.of("error.demo_folder", folder=folder)
    kind = "shop" if shop else ""
    if ours and not fresh and (folder / _BEGUN).read_text("utf-8") != kind:
        raise InputError.of("error.shop.other_demo", folder=folder)
    if ours and (fresh or not (folder / _LOADED).exists()):
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _BEGUN).write_text(kind, "utf-8")
    return folder


def _environment(folder: Path, *, shop: bool) -> None:
    for name in _OTHER_PLACES:
        os.environ.pop(name, None)
    currency = "CNY" if shop else "USD"
    os.environ.update(SHUKE_DATA=str(folder), SHUKE_DEMO="1", SHUKE_DEMO_SHOP=str(int(shop)), SHUKE_CURRENCY=currency)


def _load(language: str, *, shop: bool) -> None:
    from django.conf import settings

    from shuke.crm.people.writes import add_user
    from shuke.insight import demo, demo_shop

    name, password = settings.SHUKE_DEMO_LOGIN
    with Progress(language, quiet=False) as progress:
        (demo_shop if shop else demo).load(progress, language)
    user = add_user(username=name, password=password, name=say("cli.demo.user", language), role="owner")
    if not shop:
        demo.write_samples(by=user, language=language)
