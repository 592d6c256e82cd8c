"""Parts of drawings, filled into their patterns."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from shuke.ui.charts import Circle, Drawing, Mark, Path, Rect, Rule, Word
from shuke.ui.patterns import inside, table_rows

ODD = 'A & B <"C"> {0}'


def read(drawing: Drawing) -> ET.Element:
    return ET.fromstring(f"<svg>{inside(drawing)}</svg>")  # noqa: S314  our own drawing


def test_every_text_arrives_as_it_was_written() -> None:
    mark = Mark([Rect(1, 2, 3.5, 4), Path("M0 0"), Circle(1, 2, 3)], "tone-2", ODD, "/customers/?tier=A&stage=former")
    drawn = read(Drawing("d", 100, 50, [Rule(0, 1, 2, 3)], [mark], [Word(5, 6, ODD, "end", "quiet")]))
    link, word = drawn.find("a"), drawn.find("text")
    assert link is not None
    assert word is not None
    assert link.attrib == {"href": "/customers/?tier=A&stage=former", "class": "tone-2", "aria-label": ODD}
    assert [part.tag for part in link] == ["title", "rect", "path", "circle"]
    assert (link[0].text, word.text, word.attrib["class"]) == (ODD, ODD, "end quiet")


def test_what_a_part_lacks_is_left_out() -> None:
    drawn = read(Drawing("d", 9, 9, [Rule(0, 0, 1, 1), Rule(0, 0, 1, 1, "zero")], [Mark([Rect(0, 0, 1, 1, 2)])]))
    assert [line.get("class") for line in drawn.findall("line")] == [None, "zero"]
    group = drawn.find("g")
    assert group is not None
    assert [part.tag for part in group] == ["rect"]
    assert group[0].get("rx") == "2"


def test_a_row_of_figures_begins_with_its_head() -> None:
    assert table_rows([("<A>", "1", "2")]) == (
        '<tr><th scope="row">&lt;A&gt;</th><td class="num">1</td><td class="num">2</td></tr>'
    )
