"""The style guide is complete, light, and keeps the content security policy; so does every template of ui."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template import engines
from django.test import RequestFactory
from django.test.signals import template_rendered
from django.utils.translation import override

import shuke.ui
from shuke.kit.text import LANGUAGES, keys
from shuke.ui.templatetags.ui import register
from shuke.ui.views import GROUPS, style_guide

FOLDER = Path(shuke.ui.__file__).parent
TEMPLATES = sorted((FOLDER / "templates" / "ui").rglob("*.html"))
WHOLE_PAGES = {"base", "error", "error_bare", "palette", "palette_results", "style", "toasts_swap"}
TAGS_OF_THE_PAGE = {"address", "sentence", "moment", "shell_part", "part"}
"""Used where a page is put together, with nothing of their own to look at."""


def page(language: str = "zh-hans") -> str:
    request = RequestFactory().get("/style/")
    request.user = AnonymousUser()
    with override(language):
        return style_guide(request).content.decode()


def test_every_component_and_chart_stands_in_the_style_guide() -> None:
    drawn: set[str] = set()

    def note(template, **_: object) -> None:
        drawn.add(str(template.name))

    template_rendered.connect(note)
    try:
        page()
    finally:
        template_rendered.disconnect(note)
    parts = {str(path.relative_to(FOLDER / "templates")) for path in TEMPLATES if not path.name.startswith("_")}
    assert parts - drawn - {f"ui/{name}.html" for name in WHOLE_PAGES} == set()


def test_every_tag_and_filter_is_shown_with_its_code() -> None:
    shown = " ".join(path.read_text("utf-8") for path in TEMPLATES if path.parent.name == "style")
    tags = {name for name in register.tags if not re.search(rf"{{% {name}\b", shown)}
    filters = {name for name in register.filters if f"|{name}" not in shown}
    assert (tags | filters) - TAGS_OF_THE_PAGE == set()


def test_every_chart_there_is_has_an_example() -> None:
    import shuke.ui.charts as charts

    drawable = {name for name in charts.__all__ if hasattr(getattr(charts, name), "draw")}
    sampled = set(re.findall(r"\b(\w+)\(", (FOLDER / "samples.py").read_text("utf-8")))
    assert drawable - sampled == set()


def test_every_example_is_in_the_guide() -> None:
    files = {path.stem for path in TEMPLATES if path.parent.name == "style"}
    assert files == {name for group in GROUPS.values() for name in group}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_guide_weighs_less_than_fifty_kibibytes(language: str) -> None:
    assert len(gzip.compress(page(language).encode())) <= 50 * 1024


def test_ids_are_unique_even_though_each_example_stands_twice() -> None:
    ids = re.findall(r'\sid="([^"]+)"', page())
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_has_a_style_or_script_of_its_own(language: str) -> None:
    text = page(language)
    assert not re.search(r"\sstyle\s*=", text)
    assert not re.search(r"\son\w+\s*=", text)
    assert "<style" not in text
    assert all("src=" in tag for tag in re.findall(r"<script\b[^>]*>", text))
    assert "javascript:" not in text


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_no_template_has_a_style_a_script_or_an_address_outside(path: Path) -> None:
    text = path.read_text("utf-8")
    assert not re.search(r"\sstyle\s*=|<style|\son[a-z]+\s*=|javascript:|https?://", text)
    assert all("src=" in tag for tag in re.findall(r"<script\b[^>]*>", text))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_every_text_of_a_template_comes_from_the_catalogue(path: Path) -> None:
    text = path.read_text("utf-8")
    known = set(keys("ui."))
    assert set(re.findall(r"""say ['"]([\w.]+)['"]""", text)) - known == set()
    bare = re.sub(r"{%.*?%}|{{.*?}}|<[^>]+>|&\w+;", " ", text, flags=re.DOTALL)
    assert not re.search(r"[\u4e00-\u9fff]", bare), "Chinese outside the catalogue"


def test_templates_compile_and_escape() -> None:
    assert engines["django"].engine.autoescape
