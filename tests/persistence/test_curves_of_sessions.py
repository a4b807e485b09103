"""R37: curves of several symbols, of sessions that ended, without retracted data, and of accounts not looked at."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.engine import overdue
from domain.market.quote import Quote
from domain.money import units_of
from tests.builders import D
from tests.persistence.kept_curves import (
    ALL,
    CAPITAL,
    START,
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
    max_examples=at_most(12), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
SYMBOLS = 3

Told = tuple[int, int, int]
"""Of which symbol a quote is, at which minute, and its price in cents."""


@pytest.fixture(scope="module")
def store(module_database_url: str) -> Iterator[Store]:
    """A desk for the curves of all tests."""
    with store_on(module_database_url) as store:
        yield store


@pytest.fixture
def own_store(database_url: str) -> Iterator[Store]:
    """A desk of the test's own."""
    with store_on(database_url) as store:
        yield store


@st.composite
def histories(draw: st.DrawFn, *, has_retractions: bool) -> list[list[Told] | tuple[int, int]]:
    """Batches of quotes that overlap in time, in which symbols lag behind; and of which symbol since when, where data
    is taken back."""
    minute, steps = 200, list[list[Told] | tuple[int, int]]()
    for _ in range(draw(st.integers(1, 12))):
        minute += draw(st.sampled_from([0, 0, 10, 50, 700]))
        quotes = st.tuples(
            st.integers(0, SYMBOLS - 1), st.integers(minute - 60, minute + 90), st.integers(300_000, 340_000)
        )
        steps.append(draw(st.lists(quotes, max_size=12)))
        if has_retractions and draw(st.integers(0, 3)) == 0:
            steps.append((draw(st.integers(0, SYMBOLS - 1)), draw(st.integers(minute - 100, minute + 90))))
    return steps


def told(store: Store, steps: list[list[Told] | tuple[int, int]]) -> Kept:
    """An account that saw a history, in which every symbol has had a price."""
    kept = store.account(SYMBOLS)
    kept.quote([quote_of(symbol, minute_of(1), 3_300) for symbol in kept.symbols])
    for step in steps:
        if isinstance(step, tuple):
            place, minute = step
            kept.retract(kept.symbols[place], minute_of(minute))
        else:
            kept.quote([quote_of(kept.symbols[place], minute_of(n), Decimal(cents) / 100) for place, n, cents in step])
    return kept


def minute_of(number: int) -> datetime:
    return START + timedelta(minutes=number)


def assert_spans_as_read_plainly(kept: Kept) -> None:
    """From and to every few points, and between them."""
    times = [time for time, _ in kept.curve]
    few = [*times[:: len(times) // 4 + 1], times[-1] + timedelta(minutes=7)]
    for since, until in pairwise(few):
        for span in ((since, until), (since + timedelta(seconds=30), None), (None, until)):
            assert_span_as_read_plainly(kept, span)


def assert_span_as_read_plainly(kept: Kept, span: Span) -> None:
    """Its points and its drawdowns are those of what came."""
    inside = within(kept.curve, span)
    assert kept.drawn(ALL, *span) == inside
    assert kept.drawdowns(*span) == drawdowns_of(inside)


def calm_quotes(symbol: str, first: int, last: int) -> list[Quote]:
    """A quote a minute, near enough to the price of the entry that nobody need look."""
    return [quote_of(symbol, minute_of(n), 9_900 + (n * 37) % 200) for n in range(first, last)]


@FEW
@given(st.data(), histories(has_retractions=False))
def test_whatever_the_batches_of_several_symbols_the_curve_is_that_of_what_came(
    store: Store, data: st.DataObject, steps: list[list[Told] | tuple[int, int]]
) -> None:
    kept = told(store, steps)
    assert_as_read_plainly(kept)
    assert_span_as_read_plainly(kept, data.draw(spans_of(kept.curve)))


@FEW
@given(st.data(), histories(has_retractions=True))
def test_whatever_is_retracted_the_curve_is_that_of_what_is_left(
    store: Store, data: st.DataObject, steps: list[list[Told] | tuple[int, int]]
) -> None:
    kept = told(store, steps)
    assert_as_read_plainly(kept)
    assert_span_as_read_plainly(kept, data.draw(spans_of(kept.curve)))


def test_a_curve_whose_data_was_retracted_goes_on(store: Store) -> None:
    whole = a_curve(9_000, 12_000, 11_000, 8_000, apart=timedelta(minutes=25))
    kept = store.keep(whole)
    (symbol,) = kept.symbols
    kept.retract(symbol, whole[2][0])
    assert kept.drawn(ALL) == points_of(whole[:2])
    assert kept.hours == hours_of(whole[:2])
    kept.grow([(whole[3][0], D(11_500)), (whole[4][0], D(10_350))])
    left = [*whole[:2], (whole[3][0], D(11_500)), (whole[4][0], D(10_350))]
    assert kept.curve == left
    assert kept.drawdowns() == (D(10), D(10))
    assert_as_read_plainly(kept)


def test_data_of_one_symbol_taken_back_leaves_the_points_of_the_other(store: Store) -> None:
    kept = store.account(symbols=2)
    first, second = kept.symbols
    times = [minute_of(n) for n in (10, 20, 30, 40)]
    kept.quote([quote_of(first, times[0], 5_000), quote_of(second, times[0], 5_000)])
    kept.quote([quote_of(first, times[1], 9_000), quote_of(second, times[2], 5_100)])
    kept.quote([quote_of(first, times[3], 9_000)])
    kept.retract(first, times[1])
    assert kept.curve == [(START, CAPITAL), (times[0], D(10_001)), (times[2], D(10_101))]
    assert_as_read_plainly(kept)


def test_a_session_that_was_reset_keeps_its_curve_and_the_next_has_its_own(own_store: Store) -> None:
    first = own_store.keep(a_curve(9_000, 12_000, 11_000, apart=timedelta(minutes=25)))
    own_store.run(first.trader.reset())
    first.session = 1
    second = Kept(own_store, first.trader, first.entry_prices, minute_of(200), session=2)
    own_store.enter(second, second.symbols[0], number=2)
    equities = [(minute_of(210), D(7_000)), (minute_of(260), D(8_000)), (minute_of(261), D(7_500))]
    second.grow(equities[:1], equities[1:])
    assert second.curve == [(minute_of(200), CAPITAL), *equities]
    for kept in (first, second):
        assert_as_read_plainly(kept)
        assert_spans_as_read_plainly(kept)


def test_what_comes_after_a_reset_is_no_point_of_what_ended(own_store: Store) -> None:
    kept = own_store.keep(a_curve(9_000, 12_000))
    own_store.run(kept.trader.reset())
    own_store.run(kept.trader.quotes(quote_of(kept.symbols[0], minute_of(90), 100)))
    kept.session = 1
    assert_as_read_plainly(kept)
    kept.session = 2
    assert kept.drawn(ALL) == []
    assert kept.hours == []


def test_a_desk_that_starts_again_goes_on_with_the_curve(database_url: str) -> None:
    with store_on(database_url) as store:
        kept = store.account()
        (symbol,) = kept.symbols
        for quote in calm_quotes(symbol, 1, 50):
            kept.quote([quote])
    with store_on(database_url) as store:
        kept = Kept(store, store.desk.trader(kept.trader.account), kept.entry_prices, batches=kept.batches)
        for quote in calm_quotes(symbol, 50, 130):
            kept.quote([quote])
        assert_as_read_plainly(kept)
        assert_spans_as_read_plainly(kept)


def test_what_a_session_grew_by_since_it_was_looked_at_is_what_its_points_say(
    own_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many more groups of bars than an account's turn comes in."""
    monkeypatch.setattr(overdue, "KEPT", 1_000)
    kept = own_store.account()
    (symbol,) = kept.symbols
    kept.quote(calm_quotes(symbol, 1, 2))
    for first in range(2, 152, 3):
        kept.quote(calm_quotes(symbol, first, first + 3))
    record = kept.record
    assert len(record.growth.points) > 2 * 64
    assert record.growth.points == {time: units_of(equity) for time, equity in kept.curve[-len(record.growth.points) :]}
    assert record.growth.days == {START.date(): kept.curve[-1][1]}
    assert list(record.growth.hours.values()) == hours_of(kept.curve)[-len(record.growth.hours) :]
    assert record.watermarks == watermarks_of(kept.curve)
    assert_as_read_plainly(kept)
    assert_spans_as_read_plainly(kept)


def test_after_every_batch_a_session_is_what_its_points_say(own_store: Store) -> None:
    """Whether the account was looked at or not, which comes in turn."""
    kept = own_store.account()
    (symbol,) = kept.symbols
    grown = set[int]()
    for number in range(1, 140):
        kept.quote(calm_quotes(symbol, number, number + 1))
        record = kept.record
        grown.add(len(record.growth.points))
        assert record.watermarks == watermarks_of(kept.curve)
        assert kept.hours == hours_of(kept.curve)
    assert grown == set(range(64))
