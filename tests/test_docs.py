"""What the pages say is true: examples run, commands give the output shown, links lead somewhere, tables are fresh."""

from __future__ import annotations

import contextlib
import csv
import importlib.util
import io
import math
import re
import runpy
import shlex
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import shuke
from shuke.cli import main
from shuke.cli._parser import build_parser
from shuke.cycle import Run
from shuke.kit.text import keys, template
from shuke.value import MarginRates

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = [*sorted(ROOT.glob("README*.md")), *sorted(DOCS.rglob("*.md"))]
GLOSSARY_LANGUAGES = ("zh-hans", "zh-hant", "en")
FENCE = re.compile(r"^```(\w*)[ ]*(.*?)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
DEMO, DEMO_AS_OF, DEMO_MARGIN_RATE = "demo:complete-journey", "2017-12-31", 0.3

WITHOUT_END = ("serve", "manage")
"""Commands that wait for people; tests/cli and tests/browser run them."""

# One run of the demonstration serves all pages, so they are tested by one worker.
pytestmark = pytest.mark.xdist_group("docs")


@dataclass(frozen=True)
class Block:
    """One fenced block of a page: its language, the rest of its first line, and what stands in it."""

    kind: str
    name: str
    text: str
    line: int


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def blocks(page: Path) -> list[Block]:
    text = page.read_text("utf-8")
    return [Block(f[1], f[2], f[3], text.count("\n", 0, f.start()) + 1) for f in FENCE.finditer(text)]


def pages_with(*kinds: str) -> list[Path]:
    return [page for page in PAGES if any(block.kind in kinds for block in blocks(page))]


@pytest.fixture(scope="module")
def demo() -> Run:
    settings = shuke.Settings(margin_rates=MarginRates(overall=DEMO_MARGIN_RATE))
    return shuke.run(shuke.read_purchases(DEMO), as_of=DEMO_AS_OF, settings=settings)


@pytest.fixture
def one_demo(demo: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Python and the command line get the run that was made before, where they ask for the same one."""
    read, run = shuke.read_purchases, shuke.run

    def remembered_read(source: Any, **told: Any) -> Any:
        return demo.purchases if source == DEMO else read(source, **told)

    def remembered_run(purchases: Any, **told: Any) -> Run:
        if purchases is not demo.purchases:
            return run(purchases, **told)
        asked = (str(told["as_of"]), told["settings"].margin_rates.overall)
        assert asked == (DEMO_AS_OF, DEMO_MARGIN_RATE), "pages show one run of the demonstration, for the tests' sake"
        return demo

    for place in ("shuke", "shuke.cli._score"):
        monkeypatch.setattr(f"{place}.read_purchases", remembered_read)
        monkeypatch.setattr(f"{place}.run", remembered_run)
    return demo


@pytest.mark.parametrize("page", pages_with("python", "console"), ids=named)
def test_examples_run_and_print_what_stands_below_them(
    page: Path, one_demo: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a folder of their own, in the order of the page; files are those that the page shows (```csv NAME)."""
    monkeypatch.chdir(tmp_path)
    found = blocks(page)
    for block, after in zip(found, [*found[1:], None], strict=True):
        where = f"{named(page)}:{block.line}"
        if block.kind == "csv":
            Path(block.name).write_text(block.text, "utf-8")
        elif block.kind == "console":
            for command, shown in commands(block.text):
                check_command(command, shown, where)
        elif block.kind == "python":
            printed = run_python(block.text, where)
            if after is not None and after.kind == "text":
                assert printed.strip("\n") == after.text.strip("\n"), f"{where} prints something else"


def run_python(text: str, where: str) -> str:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(text, where, "exec"), {"__name__": "example"})  # noqa: S102 - the pages are our own
    return printed.getvalue()


def commands(text: str) -> Iterator[tuple[str, str]]:
    """Each command of a console block with the output shown for it."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, shown = part.replace("\\\n", " ").partition("\n")
        yield command, shown


def check_command(command: str, shown: str, where: str) -> None:
    program, *arguments = shlex.split(command)
    if program == "make":
        known = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
        assert arguments[0] in known, f"{where}: there is no `make {arguments[0]}`"
        return
    assert program == "shuke", f"{where}: only shuke and make are checked, not {program}"
    build_parser("en").parse_args(arguments)
    if arguments[0] in WITHOUT_END:
        return
    said, refused = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(refused):
        code = main(arguments)
    printed = (refused if code else said).getvalue()
    if not as_shown(shown).fullmatch(printed.strip()):
        pytest.fail(f"{where} shows another output than `{command}` gives, which is\n{printed}", pytrace=False)


def as_shown(shown: str) -> re.Pattern[str]:
    """A line … stands for lines left out, … at a line's end for the rest of the line."""
    parts = []
    for line in shown.strip().splitlines():
        if line == "…":
            parts.append(r"(?:[^\n]*\n)*?")
        elif line.endswith("…"):
            parts.append(re.escape(line.removesuffix("…")) + r"[^\n]*\n")
        else:
            parts.append(re.escape(line) + r"\n")
    return re.compile("".join(parts).removesuffix(r"\n"))


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_inside_the_repository_leads_somewhere(page: Path) -> None:
    targets = [target for target in LINK.findall(page.read_text("utf-8")) if "://" not in target]
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_every_picture_of_the_guides_is_shown_and_made_by_the_browser_tests() -> None:
    scenes = runpy.run_path(str(ROOT / "tests" / "browser" / "test_pictures.py"))
    made = {f"{name}.{language}.webp" for name in scenes["SCENES"] for language in scenes["LANGUAGES"]}
    folder = DOCS / "guides" / "pictures"
    assert {path.name for path in folder.iterdir()} == made, "run `make pictures`"
    assert [path.name for path in folder.iterdir() if path.stat().st_size > scenes["HEAVIEST"]] == []
    guides = {page: page.read_text("utf-8") for page in (DOCS / "guides").glob("*.md")}
    shown = {name for text in guides.values() for name in re.findall(r"\]\(pictures/([^)]+)\)", text)}
    assert shown == made
    foreign = [
        page.name for page, text in guides.items() if (".en.webp" if ".zh." in page.name else ".zh.webp") in text
    ]
    assert foreign == [], "a guide shows pages in its own language"


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached, open_pages = set(), [ROOT / "README.md"]
    while open_pages:
        page = open_pages.pop().resolve()
        if page in reached or page.suffix != ".md":
            continue
        reached.add(page)
        open_pages += [page.parent / link for link in LINK.findall(page.read_text("utf-8")) if "://" not in link]
    assert [named(page) for page in PAGES if page.resolve() not in reached] == []


def test_the_page_of_tables_is_fresh() -> None:
    spec = importlib.util.spec_from_file_location("make_tables", DOCS / "make_tables.py")
    assert spec is not None
    assert spec.loader is not None
    maker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(maker)
    assert maker.PAGE.read_text("utf-8") == maker.page(), "docs/tables.md is stale: run `make docs`"


def rows_of_tables(page: Path) -> Iterator[list[str]]:
    for line in page.read_text("utf-8").splitlines():
        if line.startswith("|") and not re.match(r"\|\s*-", line):
            yield [cell.strip() for cell in line.strip("|").split("|")]


def test_every_term_of_the_glossary_stands_in_three_languages() -> None:
    rows = list(rows_of_tables(DOCS / "glossary.md"))
    assert len(rows) > 70
    assert [row for row in rows if len(row) != 5 or not all(row[:4])] == []
    terms = [row[:3] for row in rows if row[0] != "简体中文"]
    for column, language in enumerate(GLOSSARY_LANGUAGES):
        names = [term[column] for term in terms]
        assert sorted({name for name in names if names.count(name) > 1} - {"列", "行"}) == [], f"twice in {language}"


def test_the_glossary_says_what_the_catalogue_says() -> None:
    told = {row[4].strip("`"): row[:3] for row in rows_of_tables(DOCS / "glossary.md")}
    codes = [f"stage.{code}" for code in shuke.classify.STAGES]
    codes += [f"rfm.{code}" for code in shuke.classify.SEGMENTS.codes]
    codes += [f"tier.{code}" for code in shuke.classify.ABCD.codes]
    codes += [f"type.{code}" for code in shuke.classify.NineTypes().book.codes]
    codes += [f"quadrant.{code}" for code in shuke.classify.QUADRANTS]
    codes += [key for key in (*keys("loyalty."), *keys("loyalty_truth.")) if not key.endswith(".unknown")]
    codes += [*keys("value_basis."), "prospect.star", "prospect.without_prospect"]
    said = {code: [template(code, language) for language in GLOSSARY_LANGUAGES] for code in codes}
    assert {code: names for code, names in said.items() if told.get(code) != names} == {}


def test_the_map_gives_the_layers_that_import_linter_holds() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    layers = next(c["layers"] for c in project["tool"]["importlinter"]["contracts"] if c["type"] == "layers")
    text = (DOCS / "map.md").read_text("utf-8")
    assert " > ".join(layers) in text
    rooms = {room.strip() for layer in layers for room in layer.split("|")}
    assert [room for room in sorted(rooms) if f"`{room}`" not in text and f"`{room}.py`" not in text] == []


def test_every_dependency_has_its_line_with_a_licence() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [
        *project["dependencies"],
        *(part for extra in project["optional-dependencies"].values() for part in extra),
    ]
    names = {re.match(r"[\w-]+", part)[0] for part in wanted}
    [record] = (DOCS / "decisions").glob("*-dependencies.md")
    lines = [row for row in rows_of_tables(record) if any("`" in cell for cell in row[:2])]
    told = {cell.strip("`") for row in lines for cell in row[:2] if cell.startswith("`")}
    assert names - told == set(), f"add a line to {named(record)}"
    assert told - names == set(), f"{named(record)} names what is no longer used"


def test_decisions_are_numbered_and_say_what_was_rejected() -> None:
    records = sorted((DOCS / "decisions").glob("*.md"))
    assert [int(path.name[:4]) for path in records] == list(range(1, len(records) + 1))
    for path in records:
        text = path.read_text("utf-8")
        assert [
            p for p in ("**Context.**", "**Decision.**", "**Rejected.**", "**Consequences.**") if p not in text
        ] == []


@pytest.mark.parametrize("name", ["README.md", "README.zh.md"])
def test_figures_of_speed_in_the_readmes_are_those_of_the_page(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    found = re.search(r"<!-- performance -->\n(.*?)<!-- /performance -->", text, re.DOTALL)
    assert found, "the figures stand between <!-- performance --> and <!-- /performance -->"
    figures = re.findall(r"^\| *[\d,]+ .*$", found[1], re.MULTILINE)
    page = (DOCS / "performance.md").read_text("utf-8")
    assert [line for line in figures if line not in page] == []


@pytest.mark.parametrize(
    ("guide", "page"), [("classification.md", "accuracy.md"), ("classification.zh.md", "accuracy.zh.md")]
)
def test_the_guide_shows_how_far_classes_can_be_trusted_as_the_page_of_accuracy_does(guide: str, page: str) -> None:
    text = (DOCS / "guides" / guide).read_text("utf-8")
    shown = text.partition("<!-- trust -->\n")[2].partition("\n<!-- /trust -->")[0].splitlines()
    assert len(shown) > 10, "the table stands between <!-- trust --> and <!-- /trust -->: run `make accuracy DOCS=1`"
    told = (DOCS / page).read_text("utf-8")
    assert [line for line in shown if line not in told] == []


@pytest.mark.parametrize(
    ("page", "language"), [("reading-the-scores.md", "en"), ("reading-the-scores.zh.md", "zh-hans")]
)
def test_the_guide_shows_a_customer_as_the_file_has_them(
    page: str, language: str, one_demo: Run, tmp_path: Path
) -> None:
    rows = list(rows_of_tables(DOCS / "guides" / page))
    start, customer = next(
        (place, found[1]) for place, row in enumerate(rows) if (found := re.search(r"(?:customer|客户) (\d+)$", row[1]))
    )
    with one_demo.write(tmp_path / "scores.csv", language=language).open(encoding="utf-8-sig") as file:
        written = next(row for row in csv.DictReader(file) if row["customer_id"] == customer)
    shown = {row[0].strip("`"): row[1] for row in rows[start + 1 : start + 16]}
    assert len(shown) == 15
    assert {name: written[name] for name, value in shown.items() if not same(value, written[name])} == {}


def same(shown: str, written: str) -> bool:
    """Equal as text, or as numbers to the decimals shown (and, for large ones, to a thousandth)."""
    if shown == written:
        return True
    try:
        a, b = float(shown), float(written)
    except ValueError:
        return False
    decimals = len(shown.partition(".")[2])
    return math.isclose(a, b, rel_tol=1e-3, abs_tol=0.5 * 10**-decimals)
