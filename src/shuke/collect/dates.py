"""Days and moments as people and programs write them.

Whether 02/01/2017 is in January or February is decided by the dates of the column that leave no doubt.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

UNREADABLE = "unreadable_date"
AMBIGUOUS = "ambiguous_date"


class Order(StrEnum):
    """What comes first where the year comes last."""

    UNKNOWN = "unknown"
    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"
    BOTH = "both"


@dataclass(frozen=True)
class Moment:
    """A day, the second of the day where a clock time is given, and its offset from UTC in seconds where that is."""

    day: date
    second: int | None = None
    offset: int | None = None


_YEAR_FIRST = re.compile(r"^(\d{4})([-/.年])(\d{1,2})([-/.月])(\d{1,2})(?:日|号|號|(?!\d))[T,]?(.*)$")
_YEAR_LAST = re.compile(r"^(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?!\d)[T,]?(.*)$")
_DIGITS = re.compile(r"^\d+(\.\d+)?$")
_MONTHS = {
    name: number + 1
    for number, name in enumerate(("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"))
}
_MONTH = "(" + "|".join(_MONTHS) + r")[A-Z]*\.?"
_MONTH_NAMED = re.compile(rf"^{_MONTH} (\d{{1,2}})(?:ST|ND|RD|TH)?,? (\d{{4}})(?!\d),?(.*)$")
_DAY_NAMED = re.compile(rf"^(\d{{1,2}})(?:ST|ND|RD|TH)?[ -]{_MONTH}[ ,-]+(\d{{4}})(?!\d),?(.*)$")
_WEEKDAY = re.compile(r"(星期|礼拜|禮拜|周|週)[一二三四五六日天]|^(MON|TUE|WED|THU|FRI|SAT|SUN)[A-Z]*,? ")
_CLOCK = re.compile(
    r"^(AM|PM|上午|下午|凌晨|早上|中午|晚上)? ?(\d{1,2})[:时時点點](\d{1,2})分?(?::?(\d{1,2})秒?)?(?:[.,]\d+)?"
    r" ?(AM|PM)? ?(?:(Z|UTC|GMT)|(?:UTC|GMT)?([+-])(\d{1,2}):?(\d{2})?)?$"
)
_AFTERNOON = {"PM", "下午", "晚上", "中午"}
_EXCEL_ZERO = date(1899, 12, 30)


def order_of(texts: Iterable[str], known: Order = Order.UNKNOWN) -> Order:
    """The order that the dates without doubt show; `BOTH` where they contradict each other.

    >>> order_of(["02/01/2017", "13/01/2017"]), order_of(["02/01/2017"])
    (<Order.DAY_FIRST: 'day_first'>, <Order.UNKNOWN: 'unknown'>)
    """
    for text in texts:
        shown = _shown_order(text)
        if shown is None or shown is known:
            continue
        if known is not Order.UNKNOWN:
            return Order.BOTH
        known = shown
    return known


def _shown_order(text: str) -> Order | None:
    match = _YEAR_LAST.match(_plain(text))
    if match is None:
        return None
    first, second = int(match[1]), int(match[3])
    if first > 12 >= second:
        return Order.DAY_FIRST
    return Order.MONTH_FIRST if second > 12 >= first else None


def parse_moment(text: str, order: Order = Order.UNKNOWN) -> Moment | str:
    """The moment, or the reason why it cannot be told.

    >>> parse_moment("2017年1月2日 下午2:05")
    Moment(day=datetime.date(2017, 1, 2), second=50700, offset=None)
    >>> parse_moment("02/01/2017"), parse_moment("02/01/2017", Order.DAY_FIRST).day, parse_moment("soon")
    ('ambiguous_date', datetime.date(2017, 1, 2), 'unreadable_date')
    """
    plain = _plain(text)
    if _DIGITS.match(plain):
        return _from_digits(plain)
    found = _day_and_rest(plain, order)
    if isinstance(found, str):
        return found
    day, rest = found
    if not rest:
        return Moment(day)
    clock = parse_clock(rest)
    return UNREADABLE if clock is None else Moment(day, *clock)


def local_day(moment: Moment, zone: ZoneInfo) -> date:
    """The day in a time zone; of what has no offset from UTC the day as it is written.

    >>> late = parse_moment("2024-03-01T18:30:00Z")
    >>> local_day(late, ZoneInfo("Asia/Shanghai")), local_day(Moment(date(2024, 3, 1), 66_600), ZoneInfo("UTC"))
    (datetime.date(2024, 3, 2), datetime.date(2024, 3, 1))
    """
    if moment.second is None or moment.offset is None:
        return moment.day
    try:
        at = datetime.combine(moment.day, time(tzinfo=UTC)) + timedelta(seconds=moment.second - moment.offset)
        return at.astimezone(zone).date()
    except OverflowError:  # at the ends of the calendar
        return moment.day


def parse_clock(text: str) -> tuple[int, int | None] | None:
    """Second of the day and offset from UTC in seconds (none where none is given); None where it is no clock time.

    >>> parse_clock("14:05:09"), parse_clock("10:00:00+08:00"), parse_clock("25:00")
    ((50709, None), (36000, 28800), None)
    """
    match = _CLOCK.match(_plain(text))
    if match is None:
        return None
    hour, minute, second = int(match[2]), int(match[3]), int(match[4] or 0)
    half = match[1] or match[5]
    if half is not None and hour <= 12:
        hour = _hour_of(half, hour)
    if hour > 23 or minute > 59 or second > 60:
        return None
    return hour * 3600 + minute * 60 + min(second, 59), _offset(match)


def _hour_of(half: str, hour: int) -> int:
    if half in _AFTERNOON:
        # 晚上12点 is midnight's end of the day before; 中午11点 is still morning.
        return hour if hour == 12 or (half == "中午" and hour > 9) else hour + 12
    return 0 if hour == 12 else hour


def _offset(match: re.Match[str]) -> int | None:
    if match[6]:
        return 0
    if not match[7]:
        return None
    seconds = int(match[8]) * 3600 + int(match[9] or 0) * 60
    return -seconds if match[7] == "-" else seconds


def _day_and_rest(plain: str, order: Order) -> tuple[date, str] | str:
    match = _YEAR_FIRST.match(plain)
    if match is not None:
        return _dated(int(match[1]), int(match[3]), int(match[5]), match[6])
    match = _YEAR_LAST.match(plain)
    if match is not None:
        return _year_last(int(match[1]), int(match[3]), int(match[4]), match[5], order)
    match = _MONTH_NAMED.match(plain)
    if match is not None:
        return _dated(int(match[3]), _MONTHS[match[1]], int(match[2]), match[4])
    match = _DAY_NAMED.match(plain)
    if match is not None:
        return _dated(int(match[3]), _MONTHS[match[2]], int(match[1]), match[4])
    return UNREADABLE


def _year_last(first: int, second: int, year: int, rest: str, order: Order) -> tuple[date, str] | str:
    if first <= 12 and second <= 12 and first != second and order in (Order.UNKNOWN, Order.BOTH):
        return AMBIGUOUS
    day_first = first > 12 or (second <= 12 and order is Order.DAY_FIRST)
    return _dated(year, second, first, rest) if day_first else _dated(year, first, second, rest)


def _dated(year: int, month: int, day: int, rest: str) -> tuple[date, str] | str:
    try:
        return date(year, month, day), rest.strip(" ,T")
    except ValueError:
        return UNREADABLE


def _from_digits(text: str) -> Moment | str:
    """20170102, 20170102140509, seconds or milliseconds since 1970, or a day number of Excel."""
    whole, _, fraction = text.partition(".")
    fraction = fraction.rstrip("0")
    match len(whole):
        case 8 | 12 | 14 if not fraction:
            return _compact(whole)
        case 10 | 13 | 16:
            return _since_1970(int(whole) // 10 ** (len(whole) - 10))
        case 5:
            return _from_excel(int(whole), float(f"0.{fraction}") if fraction else None)
        case _:
            return UNREADABLE


def _compact(text: str) -> Moment | str:
    try:
        day = date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return UNREADABLE
    if len(text) == 8:
        return Moment(day)
    hour, minute, second = int(text[8:10]), int(text[10:12]), int(text[12:14] or 0)
    if hour > 23 or minute > 59 or second > 59:
        return UNREADABLE
    return Moment(day, hour * 3600 + minute * 60 + second)


def _since_1970(seconds: int) -> Moment:
    moment = datetime.fromtimestamp(seconds, UTC)
    return Moment(moment.date(), moment.hour * 3600 + moment.minute * 60 + moment.second, 0)


def _from_excel(days: int, share: float | None) -> Moment | str:
    """Day 1 of Excel is 1900-01-01; it counts a 29 February 1900, so that day 0 stands at 1899-12-30."""
    if not 20_000 <= days < 80_000:
        return UNREADABLE
    day = _EXCEL_ZERO + timedelta(days=days)
    return Moment(day, None if share is None else min(round(share * 86_400), 86_399))


def _plain(text: str) -> str:
    """One way of writing: plain digits, capitals, single spaces, no weekday."""
    plain = " ".join(unicodedata.normalize("NFKC", text).upper().split())
    return " ".join(_WEEKDAY.sub(" ", plain).split())
