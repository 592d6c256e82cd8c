from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuke.kit.dates import months_before, require_day, require_timezone, utc_offsets
from shuke.kit.errors import InputError


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2024, 2, 29), 12, date(2023, 2, 28)),
        (date(2024, 3, 31), 1, date(2024, 2, 29)),
        (date(2024, 1, 15), 1, date(2023, 12, 15)),
        (date(2024, 12, 31), 12, date(2023, 12, 31)),
        (date(2024, 12, 31), 0, date(2024, 12, 31)),
    ],
)
def test_the_same_day_some_months_earlier(day, months, expected):
    assert months_before(day, months) == expected


@given(
    st.datetimes(datetime(2015, 1, 1), datetime(2026, 12, 31)),
    st.sampled_from(["America/New_York", "Asia/Shanghai", "Europe/London", "Australia/Lord_Howe"]),
)
def test_offsets_turn_utc_into_the_zones_wall_clock(moment, zone):
    period = [p for p in utc_offsets(zone, date(2015, 1, 1), date(2026, 12, 31)) if p.start_utc <= moment][-1]
    local = moment.replace(tzinfo=UTC).astimezone(require_timezone(zone)).replace(tzinfo=None)
    assert moment + timedelta(seconds=period.offset_seconds) == local


@pytest.mark.parametrize("name", ["Shanghai", "", "../etc/passwd", "Mars/Base"])
def test_an_unknown_zone_is_told_what_a_name_looks_like(name):
    with pytest.raises(InputError, match="Asia/Shanghai"):
        require_timezone(name)


def test_a_day_is_written_year_month_day():
    assert require_day("2017-12-31") == date(2017, 12, 31)
    with pytest.raises(InputError, match=r"'31.12.2017'.*YYYY-MM-DD"):
        require_day("31.12.2017")
