"""Days are in the business's time zone; this module says what day a moment falls on there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from shuke.kit.errors import InputError


def require_timezone(name: str) -> ZoneInfo:
    """The zone, or an error that says what a zone's name looks like.

    >>> require_timezone("Asia/Shanghai").key
    'Asia/Shanghai'
    """
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as reason:
        raise InputError.of("error.unknown_timezone", timezone=name) from reason


def require_day(text: str) -> date:
    """A day written 2017-12-31, or an error that says so.

    >>> require_day("2017-12-31")
    datetime.date(2017, 12, 31)
    """
    try:
        return date.fromisoformat(text)
    except ValueError as reason:
        raise InputError.of("error.unreadable_day", text=text) from reason


def months_before(day: date, months: int) -> date:
    """The same day of the month, `months` earlier; the month's last day where it has no such day.

    >>> months_before(date(2024, 2, 29), 12)
    datetime.date(2023, 2, 28)
    """
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))


@dataclass(frozen=True)
class OffsetPeriod:
    """From `start_utc` on (until the next period), local time is UTC plus `offset_seconds`."""

    start_utc: datetime
    offset_seconds: int


def utc_offsets(timezone: str, first: date, last: date) -> list[OffsetPeriod]:
    """The zone's offsets from UTC over a span of days, so that an engine can turn UTC into local time by itself.

    >>> [(p.start_utc.date().isoformat(), p.offset_seconds // 3600)
    ...  for p in utc_offsets("America/New_York", date(2017, 1, 1), date(2017, 12, 31))]
    [('2016-12-30', -5), ('2017-03-12', -4), ('2017-11-05', -5)]
    """
    zone = require_timezone(timezone)
    moment = datetime(first.year, first.month, first.day, tzinfo=UTC) - timedelta(days=2)
    end = datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=2)
    periods = [OffsetPeriod(moment.replace(tzinfo=None), _offset(zone, moment))]
    while moment < end:
        following = moment + timedelta(days=1)
        if _offset(zone, following) != periods[-1].offset_seconds:
            change = _change_between(zone, moment, following)
            periods.append(OffsetPeriod(change.replace(tzinfo=None), _offset(zone, change)))
        moment = following
    return periods


def _offset(zone: ZoneInfo, moment: datetime) -> int:
    offset = moment.astimezone(zone).utcoffset()
    return int(offset.total_seconds()) if offset is not None else 0


def _change_between(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The first second of the new offset, by bisection."""
    old = _offset(zone, before)
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=int((after - before).total_seconds()) // 2)
        before, after = (middle, after) if _offset(zone, middle) == old else (before, middle)
    return after
