"""Days and moments as they come."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuke.collect.dates import AMBIGUOUS, UNREADABLE, Moment, Order, order_of, parse_clock, parse_moment

SECOND_OF_JANUARY = date(2017, 1, 2)


@pytest.mark.parametrize(
    "text",
    [
        "2017-01-02",
        "2017/1/2",
        "2017.1.2",
        "20170102",
        "2017年1月2日",
        "2017年1月2号",
        "２０１７-０１-０２",
        "Jan 2, 2017",
        "2 January 2017",
        "02-Jan-2017",
        "2017-01-02 星期一",
        "Mon, 2 Jan 2017",
        "42737",
        "20170102.0",
    ],
)
def test_a_day_is_read_in_every_common_form(text: str) -> None:
    assert parse_moment(text) == Moment(SECOND_OF_JANUARY)


@pytest.mark.parametrize(
    "text",
    [
        "2017-01-02 14:05:00",
        "2017-01-02T14:05:00",
        "2017/1/2 14:05",
        "2017年1月2日 14:05",
        "2017年1月2日14时05分",
        "2017年1月2日 下午2:05",
        "2017/1/2 2:05 PM",
        "20170102140500",
        "201701021405",
        "2017-01-02 14:05:00.123",
        "Jan 2, 2017 2:05 PM",
        "02/01/2017 14:05",
    ],
)
def test_a_moment_is_read_in_every_common_form(text: str) -> None:
    assert parse_moment(text, Order.DAY_FIRST) == Moment(SECOND_OF_JANUARY, 14 * 3600 + 5 * 60)


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("2017-01-02T14:05:00Z", 0),
        ("2017-01-02T14:05:00+08:00", 28_800),
        ("2017-01-02 14:05:00 +0200", 7_200),
        ("2017-01-02 14:05:00-0530", -19_800),
        ("2017-01-02 14:05:00+08", 28_800),
        ("2017-01-02 14:05:00 UTC", 0),
        ("2017-01-02 14:05:00", None),
    ],
)
def test_an_offset_from_utc_is_read(text: str, offset: int | None) -> None:
    assert parse_moment(text) == Moment(SECOND_OF_JANUARY, 50_700, offset)


def test_seconds_and_milliseconds_since_1970_are_moments_in_utc() -> None:
    assert parse_moment("1483365900") == parse_moment("1483365900000") == Moment(SECOND_OF_JANUARY, 50_700, 0)


def test_an_excel_number_with_a_fraction_has_a_clock_time() -> None:
    assert parse_moment("42737.5") == Moment(SECOND_OF_JANUARY, 43_200)


@pytest.mark.parametrize(
    "text",
    ["", "soon", "2017-02-30", "2017-13-01", "32/13/2017", "17-1-2", "1/2/17", "2017", "123", "2017-01-02 25:00",
     "2017-01-02 10", "00000000", "20171332", "201701022599", "99999", "1.5", "-5"],
)  # fmt: skip
def test_what_is_no_day_is_unreadable(text: str) -> None:
    assert parse_moment(text) == UNREADABLE


def test_one_day_past_the_twelfth_decides_what_comes_first() -> None:
    assert order_of(["02/01/2017", "13/01/2017"]) is Order.DAY_FIRST
    assert order_of(["02/01/2017", "01/13/2017"]) is Order.MONTH_FIRST
    assert parse_moment("02/01/2017", Order.DAY_FIRST) == Moment(SECOND_OF_JANUARY)
    assert parse_moment("02/01/2017", Order.MONTH_FIRST) == Moment(date(2017, 2, 1))


def test_without_evidence_or_with_both_kinds_a_doubtful_day_is_ambiguous() -> None:
    assert order_of(["13/01/2017", "01/13/2017"]) is Order.BOTH
    for order in (Order.UNKNOWN, Order.BOTH):
        assert parse_moment("02/01/2017", order) == AMBIGUOUS
        assert parse_moment("13/01/2017", order) == Moment(date(2017, 1, 13))
        assert parse_moment("01/13/2017", order) == Moment(date(2017, 1, 13))
        assert parse_moment("01/01/2017", order) == Moment(date(2017, 1, 1))


@pytest.mark.parametrize(
    ("text", "second"),
    [
        ("上午9:30", 34_200),
        ("12:00 AM", 0),
        ("12:00 PM", 43_200),
        ("凌晨12:10", 600),
        ("晚上8点30分", 73_800),
        ("中午12:30", 45_000),
    ],
)
def test_halves_of_the_day_are_understood(text: str, second: int) -> None:
    assert parse_clock(text) == (second, None)


@given(st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2099, 12, 31)))
def test_every_moment_written_in_iso_form_is_read_back(moment: datetime) -> None:
    moment = moment.replace(microsecond=0)
    seconds = moment.hour * 3600 + moment.minute * 60 + moment.second
    assert parse_moment(moment.isoformat(" ")) == Moment(moment.date(), seconds)


@given(st.text(max_size=25))
def test_any_text_is_a_moment_or_has_a_reason(text: str) -> None:
    assert isinstance(parse_moment(text), Moment) or parse_moment(text) in {UNREADABLE, AMBIGUOUS}
