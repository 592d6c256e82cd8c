"""Clock times from one time zone to another, as SQL that every engine computes alike."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from shuke.engines import literal
from shuke.kit.dates import utc_offsets


def to_utc(local: str, timezone: str, first: date, last: date) -> str:
    """Wall-clock times of a zone as UTC. An hour that comes twice is taken for its first; one that is skipped, for
    the hour after."""
    periods = utc_offsets(timezone, first, last)
    starts = [after.start_utc + timedelta(seconds=before.offset_seconds) for before, after in pairwise(periods)]
    shifts = [_shifted(local, -period.offset_seconds) for period in periods]
    return _stepwise(local, [literal(start) for start in starts], shifts)


def from_utc(utc: str, timezone: str, first: date, last: date) -> str:
    """Moments in UTC as wall-clock times of a zone."""
    periods = utc_offsets(timezone, first, last)
    shifts = [_shifted(utc, period.offset_seconds) for period in periods]
    return _stepwise(utc, [literal(period.start_utc) for period in periods[1:]], shifts)


def _stepwise(moment: str, starts: list[str], shifts: list[str]) -> str:
    if not starts:
        return shifts[0]
    cases = " ".join(f"WHEN {moment} < {start} THEN {shift}" for start, shift in zip(starts, shifts, strict=False))
    return f"CASE {cases} ELSE {shifts[-1]} END"


def _shifted(moment: str, seconds: int) -> str:
    return f"({moment} {'-' if seconds < 0 else '+'} INTERVAL {abs(seconds)} SECOND)"
