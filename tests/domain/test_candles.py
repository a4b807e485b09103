"""Coarser bars made of stored ones: where they begin and end, and what they say."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.market.bar import Bar
from domain.market.candle import Candle, Interval, candles, span_at
from domain.validation import Invalid

NEW_YORK = ZoneInfo("America/New_York")
KOLKATA = ZoneInfo("Asia/Kolkata")
OPENING = datetime(2024, 3, 4, 14, 30, tzinfo=UTC)


def a_bar(start: datetime, minutes: int = 1, price: int = 100, volume: int | None = 10) -> Bar:
    opened, high, low, close = (Decimal(price + moved) for moved in (0, 2, -2, 1))
    amount = None if volume is None else Decimal(volume)
    return Bar("AAPL", start, start + timedelta(minutes=minutes), opened, high, low, close, amount)


def span(interval: Interval, zone: ZoneInfo, moment: str) -> list[str]:
    found = span_at(interval, zone, datetime.fromisoformat(moment))
    return [time.strftime("%Y-%m-%dT%H:%MZ") for time in (found.start, found.end)]


def test_hours_and_less_begin_with_the_zones_clock() -> None:
    assert span(Interval.HOUR, NEW_YORK, "2024-03-04T14:59:00Z") == ["2024-03-04T14:00Z", "2024-03-04T15:00Z"]
    assert span(Interval.HOUR, KOLKATA, "2024-03-04T14:59:00Z") == ["2024-03-04T14:30Z", "2024-03-04T15:30Z"]
    assert span(Interval.FIVE_MINUTES, KOLKATA, "2024-03-04T14:59:00Z") == ["2024-03-04T14:55Z", "2024-03-04T15:00Z"]


def test_days_and_weeks_begin_at_midnight_and_on_mondays_of_the_zone() -> None:
    assert span(Interval.DAY, NEW_YORK, "2024-03-04T04:59:00Z") == ["2024-03-03T05:00Z", "2024-03-04T05:00Z"]
    assert span(Interval.WEEK, NEW_YORK, "2024-03-04T04:59:00Z") == ["2024-02-26T05:00Z", "2024-03-04T05:00Z"]
    assert span(Interval.WEEK, NEW_YORK, "2024-03-04T05:00:00Z") == ["2024-03-04T05:00Z", "2024-03-11T04:00Z"]


def test_a_day_on_which_clocks_change_is_as_long_as_it_is_there() -> None:
    assert span(Interval.DAY, NEW_YORK, "2024-03-10T12:00:00Z") == ["2024-03-10T05:00Z", "2024-03-11T04:00Z"]
    assert span(Interval.DAY, NEW_YORK, "2024-11-03T12:00:00Z") == ["2024-11-03T04:00Z", "2024-11-04T05:00Z"]


def test_both_hours_of_the_same_name_are_hours_and_lie_in_one_span_of_four() -> None:
    assert span(Interval.HOUR, NEW_YORK, "2024-11-03T05:30:00Z") == ["2024-11-03T05:00Z", "2024-11-03T06:00Z"]
    assert span(Interval.HOUR, NEW_YORK, "2024-11-03T06:30:00Z") == ["2024-11-03T06:00Z", "2024-11-03T07:00Z"]
    for moment in ("2024-11-03T05:30:00Z", "2024-11-03T06:30:00Z"):
        assert span(Interval.FOUR_HOURS, NEW_YORK, moment) == ["2024-11-03T04:00Z", "2024-11-03T09:00Z"]


def test_a_coarser_bar_says_of_how_many_stored_ones_it_is_made_and_skips_what_is_not_there() -> None:
    starts = [OPENING + timedelta(minutes=minute) for minute in (0, 1, 3, 40)]
    bars = [a_bar(start, price=100 + number) for number, start in enumerate(starts)]
    later, earlier = candles(reversed(bars), Interval.QUARTER, NEW_YORK)
    assert (earlier.span.start, earlier.span.end) == (OPENING, OPENING + timedelta(minutes=15))
    prices = (earlier.open, earlier.high, earlier.low, earlier.close)
    assert prices == tuple(map(Decimal, (100, 104, 98, 103)))
    assert (earlier.bars, earlier.volume) == (3, Decimal(30))
    assert (later.span.start, later.bars) == (OPENING + timedelta(minutes=30), 1)


def test_volume_is_unknown_where_that_of_one_bar_is() -> None:
    bars = [a_bar(OPENING + timedelta(minutes=1)), a_bar(OPENING, volume=None)]
    assert [candle.volume for candle in candles(bars, Interval.HOUR, NEW_YORK)] == [None]


def test_a_stored_bar_that_is_longer_than_the_interval_is_named() -> None:
    with pytest.raises(Invalid) as raised:
        list(candles([a_bar(OPENING, minutes=60)], Interval.QUARTER, NEW_YORK))
    assert raised.value.message == (
        "`interval` 15m is finer than what is stored of AAPL: the bar from 2024-03-04T14:30:00Z is 1 hour long"
    )


def test_a_stored_day_of_24_hours_makes_a_day_of_a_zone_that_has_fewer() -> None:
    bar = a_bar(datetime(2024, 3, 10, 6, tzinfo=UTC), minutes=1_440)
    assert [candle.bars for candle in candles([bar], Interval.DAY, NEW_YORK)] == [1]


@given(
    st.lists(st.integers(0, 20_000), min_size=1, max_size=60, unique=True),
    st.sampled_from(list(Interval)),
    st.sampled_from([NEW_YORK, KOLKATA, ZoneInfo("UTC")]),
    st.integers(0, 60),
)
def test_bars_in_pieces_make_what_they_make_together(
    minutes: list[int], interval: Interval, zone: ZoneInfo, cut: int
) -> None:
    bars = [a_bar(OPENING + timedelta(minutes=minute), price=90 + minute % 20) for minute in sorted(minutes)[::-1]]
    whole = list(candles(bars, interval, zone))
    begun: Candle | None = None
    made = list(candles(bars[:cut], interval, zone))
    if made:
        begun = made.pop()
    assert made + list(candles(bars[cut:], interval, zone, begun)) == whole
    assert sum(candle.bars for candle in whole) == len(bars)
    assert all(later.span.start >= earlier.span.end for later, earlier in pairwise(whole))
