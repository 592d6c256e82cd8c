"""What very many are found by is remembered for a while, and no longer."""

from __future__ import annotations

from shuke.crm.customers.frequent import Frequent


def test_what_found_too_many_is_known_for_some_minutes() -> None:
    now = [0.0]
    known = Frequent(seconds=300, clock=lambda: now[0])
    known.note("王")
    now[0] = 299
    assert known.holds("王")
    assert not known.holds("仇")
    now[0] = 300
    assert not known.holds("王")
    known.note("王")
    assert known.holds("王"), "counted anew"


def test_only_so_many_are_remembered_and_the_least_recent_go_first() -> None:
    known = Frequent(most=2)
    for word in ("王", "李", "王", "张"):
        known.note(word)
    assert [known.holds(word) for word in ("王", "李", "张")] == [True, False, True]
    known.forget()
    assert not known.holds("张")
