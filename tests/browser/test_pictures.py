"""The pictures of the guides: every run takes them, `make pictures` keeps them (else they are in var/screens)."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.xdist_group("browser")

ROOT = Path(__file__).parents[2]
LANGUAGES = {"en": "en", "zh": "zh-hans"}
HEAVIEST = 80 * 1024
QUALITY = 80

Scene = Callable[[Any, Any], Iterator[str]]
"""Given a visitor and `visit`, goes where the picture is taken and says of what (nothing: all that is seen)."""


def _open(path: str, of: str = "") -> Scene:
    def scene(visitor: Any, _: Any) -> Iterator[str]:
        visitor.page.goto(visitor.site.url + path, wait_until="networkidle")
        yield of

    return scene


def _assign(visitor: Any, _: Any) -> Iterator[str]:
    page = visitor.page
    page.goto(visitor.site.url + "/customers/?columns=tier,stage,owner,last_contact,clv", wait_until="networkidle")
    for place in (0, 1, 2):
        page.locator("tbody input[name=ids]").nth(place).check()
    page.locator("details:has(#bulk-to) > summary").click()
    yield ""


def _view_as(visitor: Any, _: Any) -> Iterator[str]:
    page = visitor.page
    page.goto(visitor.site.url + "/people/")
    page.locator("form[action$='/view-as/'] button").last.click()
    page.wait_for_selector(".banner")
    yield ""
    page.locator(".banner button").click()
    page.wait_for_url(visitor.site.url + "/")


def _masked(visitor: Any, _: Any) -> Iterator[str]:
    """Also leaves a line in the audit: somebody looked."""
    page = visitor.page
    page.goto(visitor.site.url + "/customers/li/", wait_until="networkidle")
    yield "#content .panel >> nth=0"
    page.locator("#contact-phone button").click()
    page.wait_for_selector("#contact-phone a")


def _card(visitor: Any, _: Any) -> Iterator[str]:
    """Its fields and logs, which stand below the timeline."""
    page = visitor.page
    page.goto(visitor.site.url + "/customers/li/", wait_until="networkidle")
    page.evaluate("scrollTo(0, document.querySelector('#content .grid').getBoundingClientRect().top + scrollY - 70)")
    yield ""


def _field(visitor: Any, _: Any) -> Iterator[str]:
    page = visitor.page
    page.goto(visitor.site.url + "/customers/-/card/")
    page.locator(".panel-head a[href$='/add/']").first.click()
    page.wait_for_selector("#id_label_zh_hans")
    page.select_option("#id_type", "choice")
    yield ""


def _bulk(visitor: Any, _: Any) -> Iterator[str]:
    page = visitor.page
    page.goto(visitor.site.url + "/customers/")
    for place in (0, 1):
        page.locator("tbody input[name=ids]").nth(place).check()
    page.locator("button[formaction$='/-/bulk/']").click()
    page.wait_for_selector("#bulk-field")
    page.select_option("#bulk-field", "source")
    page.wait_for_selector("#id_source")
    yield "#content .panel"


def _duplicates(visitor: Any, _: Any) -> Iterator[str]:
    page = visitor.page
    page.goto(visitor.site.url + "/customers/-/new/")
    page.fill("#id_name", "李雷")
    page.fill("#id_phone", "138 0013 8000")
    page.locator("#content form .button.primary").click()
    page.wait_for_selector("[name=anyway]")
    yield "#content"


def _conflict(visitor: Any, visit: Any) -> Iterator[str]:
    other = visit(language="en", who="manager")
    for one in (visitor, other):
        one.page.goto(one.site.url + "/customers/li/", wait_until="networkidle")
        one.page.locator("#value-plate_number a").click()
        one.page.wait_for_selector("#id_plate_number:focus")
    new = "沪C" + str(abs(hash(visitor.label)) % 90000 + 10000)
    for one, plate in ((other, new), (visitor, "沪D20266")):
        one.page.fill("#id_plate_number", plate)
        one.page.keyboard.press("Enter")
        if one is other:
            one.page.wait_for_selector(f"#value-plate_number a >> text={new}")
    visitor.page.wait_for_selector("dialog[open]")
    yield ""


def _trust(visitor: Any, _: Any) -> Iterator[str]:
    """The charts of the page of models that say how far it can be trusted, without the frame of the page."""
    page = visitor.page
    page.goto(visitor.site.url + "/models/", wait_until="networkidle")
    page.set_viewport_size({"width": 1200, "height": 1000})
    page.evaluate(
        "scrollTo(0, document.querySelectorAll('#content .grid')[1].getBoundingClientRect().top + scrollY - 70)"
    )
    yield ""


SCENES: dict[str, tuple[str, Scene]] = {
    "people": ("owner", _open("/people/")),
    "role": ("owner", _open("/people/roles/add/?copy=staff")),
    "assign": ("manager", _assign),
    "masked": ("colleague", _masked),
    "view-as": ("owner", _view_as),
    "security": ("owner", _open("/profile/security/")),
    "audit": ("owner", _open("/audit/")),
    "arrange": ("owner", _open("/customers/-/card/")),
    "field": ("owner", _field),
    "card": ("owner", _card),
    "conflict": ("owner", _conflict),
    "bulk": ("owner", _bulk),
    "duplicates": ("owner", _duplicates),
    "models": ("owner", _open("/models/")),
    "trust": ("owner", _trust),
    "foreseen": ("owner", _open("/customers/1/forecast/", "#content .panel >> nth=0")),
}
"""Each picture: who sees it, and how one gets there."""


def _wanted() -> list[tuple[str, str]]:
    """Each scene in both languages where pictures are asked for; else, to see that it can be taken, in one of them."""
    languages = list(LANGUAGES)
    both = "PICTURES" in os.environ or os.environ.get("LOOKS") == "all"
    return [
        (name, language)
        for number, name in enumerate(SCENES)
        for language in (languages if both else [languages[number % 2]])
    ]


@pytest.mark.parametrize(("name", "language"), _wanted())
def test_a_picture_of_the_guides_is_taken(visit: Any, cards: None, name: str, language: str) -> None:
    who, scene = SCENES[name]
    visitor = visit("picture", "light", LANGUAGES[language], who=who)
    with contextmanager(scene)(visitor, visit) as of:
        visitor.page.evaluate("document.activeElement && document.activeElement.blur()")
        picture = _taken(visitor.page, of)
    assert 4 * 1024 < len(picture) <= HEAVIEST, f"{len(picture)} bytes"
    folder = ROOT / os.environ.get("PICTURES", "var/screens")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.{language}.webp").write_bytes(picture)


def _taken(page: Any, of: str) -> bytes:
    """As WebP, which Chromium makes and Playwright does not ask for."""
    page.bring_to_front()
    size = page.viewport_size
    box = page.locator(of).bounding_box() if of else {"x": 0, "y": 0, **size}
    scrolled = page.evaluate(
        "scrollY"
    )  # what is clipped is measured from the top of the page, boxes from that of the window
    clip = box | {"y": box["y"] + scrolled, "height": min(box["height"], size["height"] - box["y"]), "scale": 1}
    options = {"format": "webp", "quality": QUALITY, "clip": clip}
    return base64.b64decode(page.context.new_cdp_session(page).send("Page.captureScreenshot", options)["data"])
