"""R37: a curve's points as they are made again, the hours kept of them, and few points drawn of many."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.persistence import curve_points
from domain.orders.side import Side
from tests.builders import D, a_signal, both_sides
from tests.persistence.kept_curves import (
    ALL,
    CAPITAL,
    START,
    Curve,
    Kept,
    Span,
    Store,
    a_curve,
    assert_as_read_plainly,
    drawdowns_of,
    hours_of,
    points_of,
    quote_of,
    spans_of,
    store_on,
    watermarks_of,
    within,
)
from tests.strategies import at_most

FEW = settings(
    max_examples=at_most(20), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.fixture(scope="module")
def store(module_database_url: str) -> Iterator[Store]:
    """A desk for the curves of all tests."""
    with store_on(module_database_url) as store:
        yield store


@st.composite
def curves(draw: st.DrawFn) -> Curve:
    """Up to some hundred points, seconds or days apart, whose equities and times repeat now and then."""
    pace = draw(st.sampled_from([1, 60, 1_800, 86_400, 350_000]))
    steps = draw(st.lists(st.integers(0, 3 * pace), max_size=150))
    ranges = [(200, 2_000_000), (999_998, 1_000_002), (990_000, 1_010_000)]
    equities = st.integers(*draw(st.sampled_from(ranges)))
    time, points = START, []
    for step in steps:
        time += timedelta(seconds=step, microseconds=draw(st.integers(0, 2)))
        if time > START:
            points.append((time, D(draw(equities)).scaleb(-2)))
    return points


def assert_drawn(kept: Kept, at_most: int, span: Span = (None, None)) -> None:
    """A drawing keeps the ends and the extremes, and all where there is little."""
    inside, drawn = within(kept.curve, span), kept.drawn(at_most, *span)
    assert len(drawn) <= at_most
    assert [point for point in inside if point in drawn] == drawn
    if len(inside) <= at_most:
        assert drawn == inside
        return
    assert (drawn[0], drawn[-1]) == (inside[0], inside[-1])
    equities, all_equities = [point.equity for point in drawn], [point.equity for point in inside]
    assert (min(equities), max(equities)) == (min(all_equities), max(all_equities))


def test_a_curve_that_is_short_enough_is_drawn_whole(store: Store) -> None:
    short = a_curve(10_100, 9_900, 10_200)
    assert store.keep(short).drawn(4) == points_of(short)


def test_the_peak_of_a_point_is_the_highest_equity_by_then(store: Store) -> None:
    drawn = store.keep(a_curve(9_000, 10_100, 10_050)).drawn(4)
    assert [(point.equity, point.peak) for point in drawn] == [
        (D(10_000), D(10_000)),
        (D(9_000), D(10_000)),
        (D(10_100), D(10_100)),
        (D(10_050), D(10_100)),
    ]


def test_a_curve_without_points_is_empty(store: Store) -> None:
    trader = store.desk.trader("idle")
    store.run(trader.enable())
    idle = Kept(store, trader, {})
    assert idle.drawn(4) == []
    assert idle.hours == []
    assert idle.drawdowns() == (D(0), D(0))


def test_a_bucket_keeps_its_first_its_last_its_lowest_and_its_highest(store: Store) -> None:
    whole = a_curve(10_100, 9_000, 10_050, 12_000, 11_000, 11_500)
    points = points_of(whole)
    assert store.keep(whole).drawn(4) == [points[place] for place in (0, 2, 4, 6)]


def test_of_equal_points_in_a_bucket_the_first_is_kept(store: Store) -> None:
    whole = a_curve(9_000, 11_000, 9_000, 11_000, 10_000)
    points = points_of(whole)
    assert store.keep(whole).drawn(4) == [points[place] for place in (0, 1, 2, 5)]


def test_a_long_curve_is_drawn_from_its_hours_and_keeps_their_extremes(store: Store) -> None:
    """Four hours in one piece of the drawing: the lowest point is in the first, the highest in the last."""
    whole = a_curve(9_900, 10_001, 10_002, 10_003, 10_100, 10_004, apart=timedelta(minutes=30))
    kept, points = store.keep(whole), points_of(whole)
    assert [hour.points for hour in kept.hours] == [1, 2, 2, 2]
    assert kept.drawn(4) == [points[place] for place in (0, 1, 5, 6)]


def test_a_point_that_was_replaced_leaves_no_trace(store: Store) -> None:
    """A loss that the next batch's quote of the same end made good was never observed."""
    first, *rest = a_curve(5_000, 10_100, 20_000, 10_050)
    again = [(rest[0][0], D(10_030)), (rest[2][0], D(10_030))]
    kept = store.keep([rest[0]], [again[0], rest[1], rest[2]], [again[1], rest[3]])
    left = [first, again[0], rest[1], again[1], rest[3]]
    assert kept.drawn(100) == points_of(left)
    assert kept.drawn(4) == [points_of(left)[place] for place in (0, 2, 4)]
    (hour,) = kept.hours
    assert (hour.points, hour.low, hour.high, hour.last) == (5, D(10_000), D(10_100), D(10_050))
    assert kept.record.watermarks == watermarks_of(left)


def test_the_only_point_of_an_hour_can_be_replaced(store: Store) -> None:
    time = START + timedelta(hours=3)
    kept = store.keep([(time, D(5_000))], [(time, D(10_030))])
    _, hour = kept.hours
    assert (hour.points, hour.low, hour.high, hour.last) == (1, D(10_030), D(10_030), D(10_030))
    assert kept.drawn(4) == points_of([(START, CAPITAL), (time, D(10_030))])


def test_a_symbol_that_lags_behind_is_dated_at_the_last_point(store: Store) -> None:
    kept = store.account(symbols=2)
    ahead, behind = kept.symbols
    times = [START + timedelta(minutes=minutes) for minutes in (10, 20, 40)]
    kept.quote([quote_of(ahead, times[2], 6_000)])
    kept.quote([quote_of(behind, times[0], 6_000), quote_of(behind, times[1], 6_500)])
    assert kept.curve == [(START, CAPITAL), (times[2], D(12_501))]
    assert_as_read_plainly(kept)


def test_the_peak_before_a_cut_hour_is_that_of_points_that_stayed(store: Store) -> None:
    """One batch lags behind at first, which makes a point of the hour before that its next quotes replace."""
    kept = store.account(symbols=2)
    ahead, behind = kept.symbols
    times = [START.replace(minute=50), START.replace(minute=59), START + timedelta(minutes=40)]
    kept.quote([quote_of(ahead, times[1], 5_000)])
    late = times[2] + timedelta(minutes=1)
    kept.quote(
        [quote_of(behind, times[0], 9_000), quote_of(behind, times[1], 5_000), quote_of(behind, times[2], 5_001)]
    )
    kept.quote([quote_of(behind, late, 5_002)])
    assert kept.drawn(ALL, late) == within(kept.curve, (late, None))


def test_a_span_includes_its_start_and_excludes_its_end(store: Store) -> None:
    whole = a_curve(2_000, 3_000, 4_000, 5_000, apart=timedelta(minutes=40))
    kept, points = store.keep(whole), points_of(whole)
    assert kept.drawn(100, whole[1][0], whole[3][0]) == points[1:3]
    assert kept.drawn(100, since=whole[4][0]) == points[4:]
    assert kept.drawn(100, until=whole[0][0]) == []


def test_a_span_cuts_hours_at_their_points(store: Store) -> None:
    """Ten hours of six points, of which the first and the last are cut, in two pieces."""
    whole = a_curve(*(10_000 + (37 * place) % 101 for place in range(60)), apart=timedelta(minutes=10))
    kept, points = store.keep(whole), points_of(whole)
    span = whole[4][0], whole[55][0]
    assert kept.drawn(51, *span) == points[4:55]
    assert kept.drawdowns(*span) == drawdowns_of(points[4:55])
    assert_drawn(kept, 8, span)


def test_a_span_may_be_a_part_of_one_hour(store: Store) -> None:
    whole = a_curve(9_000, 12_000, 9_600, 11_000, 13_000)
    kept, points = store.keep(whole), points_of(whole)
    assert kept.drawn(100, whole[1][0], whole[4][0]) == points[1:4]
    assert kept.drawdowns(whole[1][0], whole[4][0]) == (D(20), D(20))


def test_the_drawdown_of_a_span_is_from_the_peaks_of_the_span(store: Store) -> None:
    whole = a_curve(20_000, 10_000, 15_000, 12_000)
    kept = store.keep(whole)
    assert kept.drawdowns() == (D(50), D(40))
    assert kept.drawdowns(since=whole[2][0]) == (D(20), D(20))
    assert kept.drawdowns(until=whole[2][0]) == (D(0), D(0))


@both_sides
def test_what_is_sold_in_parts_is_worth_what_is_left_of_it(store: Store, side: Side) -> None:
    kept = store.account(symbols=0)
    symbol, reach = f"PARTS-{kept.trader.account.upper()}", D(1 if side is Side.LONG else -1)
    stop, target, further = (str(4_000 + reach * distance) for distance in (-3_999, 200, 400))
    levels: dict[str, Any] = {"stop": stop, "target": target, "target2": further, "market": "4000", "scale_out": "50"}
    request = a_signal(symbol=symbol, side=side, quantity="2", timestamp="2024-01-02 14:30", **levels)
    assert store.run(kept.trader.send(request)).refusal is None
    times = [START + timedelta(minutes=30 * place) for place in range(6)]
    for time, distance in zip(times[1:], (100, 250, 150, 500, 600), strict=True):
        kept.quote([quote_of(symbol, time, 4_000 + reach * distance)])
    whole = list(zip(times, map(D, (10_000, 10_200, 10_500, 10_400, 10_750)), strict=False))
    assert kept.drawn(ALL) == points_of(whole)
    assert kept.drawn(ALL, times[3]) == within(whole, (times[3], None))
    assert kept.hours == hours_of(whole)
    assert kept.record.watermarks == watermarks_of(whole)


@FEW
@given(curves(), st.integers(4, 40), st.lists(st.integers(0, 150), max_size=3))
def test_whatever_the_curve_it_is_that_of_what_came(store: Store, whole: Curve, at_most: int, cuts: list[int]) -> None:
    """In any batches, of which the last end of one may come again in the next."""
    places = [0, *sorted(cuts), len(whole)]
    kept = store.keep(*(whole[first:last] for first, last in pairwise(places)))
    assert_as_read_plainly(kept)
    assert_drawn(kept, at_most)


@FEW
@given(st.data(), curves(), st.integers(4, 30))
def test_whatever_the_span_it_is_drawn_as_a_curve_of_its_own(
    store: Store, data: st.DataObject, whole: Curve, at_most: int
) -> None:
    kept = store.keep(whole)
    span = data.draw(spans_of(kept.curve))
    assert_drawn(kept, at_most, span)
    assert kept.drawn(ALL, *span) == within(kept.curve, span)
    assert kept.drawdowns(*span) == drawdowns_of(within(kept.curve, span))


@FEW
@given(curves(), st.integers(1, 60))
def test_points_are_the_same_however_much_is_read_at_once(store: Store, whole: Curve, window: int) -> None:
    kept = store.keep(whole[::2], whole[1::2])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(curve_points, "_WINDOW", window)
        assert kept.drawn(ALL) == points_of(kept.curve)
