from __future__ import annotations

from shuke.collect._questions import question_named, questions


def test_no_header_stands_for_two_questions():
    heads = [header for asked in questions().values() for header in set(asked.headers)]
    assert len(heads) == len(set(heads))


def test_every_question_is_found_by_its_code_and_the_eight_elements_have_two_each():
    assert all(question_named(code) == code for code in questions())
    assert sum(code.startswith(("importance_", "rating_")) for code in questions()) == 16
