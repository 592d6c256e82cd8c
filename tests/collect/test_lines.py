"""Records out of lines, exactly."""

from __future__ import annotations

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from shuke.collect._found import BadLine
from shuke.collect._lines import parse_lines


def test_a_row_over_two_lines_keeps_the_line_it_starts_on() -> None:
    parsed = parse_lines(['a,"x', 'y",1', "b,z,2"], 2, ",", 3, final=True)
    assert parsed.rows == [["a", "x\ny", "1"], ["b", "z", "2"]]
    assert parsed.numbers == [2, 4]


def test_a_quote_inside_a_text_is_a_letter() -> None:
    assert parse_lines(['a,5" pipe,1'], 2, ",", 3, final=True).rows == [["a", '5" pipe', "1"]]


def test_a_quote_that_is_never_closed_costs_its_own_line_only() -> None:
    parsed = parse_lines(['a,"x,1', "b,y,2", "c,z,3"], 2, ",", 3, final=True)
    assert parsed.bad == [BadLine(2, "unclosed_quote", 'a,"x,1')]
    assert parsed.rows == [["b", "y", "2"], ["c", "z", "3"]]


def test_a_stray_quote_does_not_swallow_the_quoted_row_below() -> None:
    parsed = parse_lines(['a,"x,1', 'b,"y",2'], 2, ",", 3, final=True)
    assert parsed.bad == [BadLine(2, "unclosed_quote", 'a,"x,1')]
    assert parsed.rows == [["b", "y", "2"]]


def test_an_unfinished_record_waits_for_the_next_call_unless_it_is_the_final_one() -> None:
    lines: list[str | bytes] = ["a,b", 'c,"d']
    assert parse_lines(lines, 2, ",", 2, final=False).unfinished == 1
    assert parse_lines(lines, 2, ",", 2, final=True).unfinished == 2


def test_short_and_long_rows_are_set_aside_but_empty_fields_too_many_are_not() -> None:
    parsed = parse_lines(["a,b", "a,b,c,d", "a,b,c,,"], 2, ",", 3, final=True)
    assert [line.line for line in parsed.bad] == [2, 3]
    assert parsed.rows == [["a", "b", "c"]]


def test_blank_lines_and_lines_of_delimiters_are_no_rows() -> None:
    parsed = parse_lines(["", "  ", ",,", "a,b,c"], 2, ",", 3, final=True)
    assert (parsed.blank, parsed.numbers) == (3, [5])


_CELL = st.text(st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="\u2028\u2029\x85"), max_size=8)


@given(st.lists(st.lists(st.one_of(_CELL, st.just('a"b'), st.just("x\ny")), min_size=3, max_size=3), max_size=8))
def test_what_a_csv_writer_writes_is_read_back_with_its_lines(rows: list[list[str]]) -> None:
    rows = [["k", *row] for row in rows]
    text = io.StringIO()
    starts = []
    for row in rows:
        starts.append(text.getvalue().count("\n") + 1)
        csv.writer(text, lineterminator="\n").writerow(row)
    parsed = parse_lines(list(text.getvalue().split("\n")[:-1]), 1, ",", 4, final=True)
    assert parsed.rows == rows
    assert parsed.numbers == starts
    assert parsed.bad == []
