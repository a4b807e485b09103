"""R37: a curve's points as they are stored, its hours kept beside them, and few points drawn of many."""

import asyncio
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count, groupby, pairwise
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from api.codec.commands import CommandEnvelope, CommandKind
from api.database_url import database_url
from api.persistence import tables
from api.persistence.chain import Head
from api.persistence.curves import curve, drawdowns
from api.persistence.engines import read_engine, write_engine
from api.persistence.mappers import record_from_row
from api.persistence.projections.equity_hours import Hour
from api.persistence.unit_of_work import Changes
from domain.analytics.curve import max_drawdown
from domain.engine.events import CurvePoint
from domain.engine.results import CommandResult, Decision
from domain.engine.state import Desk
from domain.money import ratio
from domain.portfolio.ledger_totals import LedgerTotals
from domain.portfolio.session import Session
from domain.portfolio.settings import Settings
from domain.portfolio.views import SessionRecord
from domain.portfolio.watermarks import EquityWatermarks
from tests.builders import D
from tests.databases import make_file
from tests.loop_engine import LoopEngine

START = datetime(2024, 1, 2, 14, 30, tzinfo=UTC)
ACCOUNT = UUID(int=1)
FEW = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])

Curve = list[tuple[datetime, Decimal]]


@dataclass(slots=True)
class Store:
    """A database that takes curves, each as a session of its own."""

    runner: asyncio.Runner
    writing: LoopEngine
    reading: LoopEngine
    numbers: Iterator[int]
    head: Head = field(default_factory=lambda: Head(0, tables.INITIAL_HASH, 0))

    def keep(self, *groups: Curve) -> SessionRecord:
        """Save the points of a new session, group by group, as the writer does."""
        number = next(self.numbers)
        for group in groups:
            self.runner.run(self._save(number, group))
        session = Session(number, D(1000), START)
        return SessionRecord(
            ACCOUNT, session, LedgerTotals(D(1000)), EquityWatermarks.start(D(1000)), Settings(), 0, None
        )

    async def _save(self, number: int, group: Curve) -> None:
        points = tuple(CurvePoint(ACCOUNT, number, time, time.date(), equity, equity) for time, equity in group)
        changes = Changes(Desk(), self.head)
        changes.add(
            CommandEnvelope(None, CommandKind.INGEST_BARS, "{}", START),
            START,
            Decision(Desk(), CommandResult(), (), points),
        )
        async with self.writing.begin() as connection:
            await connection.run_sync(changes.save, Desk())
        self.head = changes.head

    def drawn(
        self, record: SessionRecord, at_most: int, since: datetime | None = None, until: datetime | None = None
    ) -> Curve:
        """The points of a session as they are drawn."""

        async def ask() -> Curve:
            async with self.reading.connect() as connection, connection.begin():
                points = await connection.run_sync(curve, record, since, until, at_most)
                return [(point.time, point.equity) for point in points]

        return self.runner.run(ask())

    def drawdowns(
        self, record: SessionRecord, since: datetime | None = None, until: datetime | None = None
    ) -> tuple[Decimal, Decimal]:
        """The largest and the last drawdown of a span."""

        async def ask() -> tuple[Decimal, Decimal]:
            async with self.reading.connect() as connection, connection.begin():
                return await connection.run_sync(drawdowns, record, since, until)

        return self.runner.run(ask())

    def hours(self, record: SessionRecord) -> list[Hour]:
        """The hours of a session as they are stored."""

        async def ask() -> list[Hour]:
            hours = tables.equity_hours
            query = select(hours).where(hours.c.session == record.session.number).order_by(hours.c.hour)
            async with self.reading.connect() as connection, connection.begin():
                return [record_from_row(Hour, row) for row in await connection.execute(query)]

        return self.runner.run(ask())


@pytest.fixture(scope="module")
def store(module_database_url: str) -> Iterator[Store]:
    """A database for the curves of all tests."""
    url = database_url(module_database_url)
    # A loop factory keeps the runner from replacing the current event loop, which belongs to pytest-asyncio.
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        make_file(module_database_url)
        store = Store(runner, LoopEngine(write_engine(url)), LoopEngine(read_engine(url)), count(1))
        yield store
        runner.run(store.writing.dispose())
        runner.run(store.reading.dispose())


def a_curve(*equities: int, apart: timedelta = timedelta(minutes=1)) -> Curve:
    """Points that far apart."""
    return [(START + place * apart, D(equity)) for place, equity in enumerate(equities)]


@st.composite
def curves(draw: st.DrawFn) -> Curve:
    """Up to some hundred points, seconds or weeks apart, whose equities repeat now and then."""
    pace = draw(st.sampled_from([1, 60, 1_800, 86_400, 700_000]))
    steps = draw(st.lists(st.integers(1, 3 * pace), max_size=150))
    equities = st.integers(-(10**4), 10**6) if draw(st.booleans()) else st.integers(1, 5)
    time, points = START, []
    for step in steps:
        time += timedelta(seconds=step, microseconds=draw(st.integers(0, 2)))
        points.append((time, D(draw(equities)).scaleb(-2)))
    return points


def test_a_curve_that_is_short_enough_is_drawn_whole(store: Store) -> None:
    short = a_curve(1000, 1010, 990, 1020)
    assert store.drawn(store.keep(short), 4) == short


def test_a_curve_without_points_is_empty(store: Store) -> None:
    record = store.keep([])
    assert store.drawn(record, 4) == []
    assert store.drawdowns(record) == (D(0), D(0))


def test_a_bucket_keeps_its_first_its_last_its_lowest_and_its_highest(store: Store) -> None:
    whole = a_curve(1000, 1010, 900, 1005, 1200, 1100, 1150)
    assert store.drawn(store.keep(whole), 4) == [whole[place] for place in (0, 2, 4, 6)]


def test_of_equal_points_in_a_bucket_the_first_is_kept(store: Store) -> None:
    whole = a_curve(1000, 900, 1100, 900, 1100, 1000)
    assert store.drawn(store.keep(whole), 4) == [whole[place] for place in (0, 1, 2, 5)]


def test_a_long_curve_is_drawn_from_its_hours_and_keeps_their_extremes(store: Store) -> None:
    """Three hours in one piece of the drawing: the lowest point is in the first, the highest in the last."""
    whole = a_curve(1000, 990, 1001, 1002, 1003, 1010, 1004, apart=timedelta(minutes=30))
    record = store.keep(whole)
    assert [hour.points for hour in store.hours(record)] == [1, 2, 2, 2]
    assert store.drawn(record, 4) == [whole[place] for place in (0, 1, 5, 6)]


def test_a_point_that_was_replaced_leaves_no_trace(store: Store) -> None:
    """A loss that another symbol's bar of the same end offsets was never observed."""
    first, *rest = a_curve(1000, 500, 1010, 2000, 1005)
    replaced = [(time, D(1003)) for time, _ in rest[::2]]
    record = store.keep([first, rest[0]], [replaced[0], rest[1], rest[2]], [(rest[2][0], D(1003)), rest[3]])
    kept = [first, replaced[0], rest[1], (rest[2][0], D(1003)), rest[3]]
    assert store.drawn(record, 100) == kept
    assert store.drawn(record, 4) == [kept[place] for place in (0, 2, 4)]
    (hour,) = store.hours(record)
    assert (hour.points, hour.low, hour.high, hour.last) == (5, D(1000), D(1010), D(1005))


def test_the_only_point_of_an_hour_can_be_replaced(store: Store) -> None:
    ((time, _),) = a_curve(1)
    record = store.keep([(time, D(500))], [(time, D(1003))])
    (hour,) = store.hours(record)
    assert (hour.points, hour.low, hour.high, hour.last) == (1, D(1003), D(1003), D(1003))
    assert store.drawn(record, 4) == [(time, D(1003))]


def test_points_of_a_symbol_that_lags_behind_are_inserted_into_past_hours(store: Store) -> None:
    """Inserted, and replaced, before the last point of an hour, and in an hour before the last."""
    whole = a_curve(1000, 990, 1001, 1020, 1003, 1010, apart=timedelta(minutes=20))
    late = store.keep([whole[0], whole[2]], [whole[5]], [(whole[1][0], D(7)), whole[4]], [whole[1]], [whole[3]])
    assert store.hours(late) == store.hours(store.keep(whole))
    assert [(hour.points, hour.low, hour.high) for hour in store.hours(late)] == [
        (2, D(1000), D(1000)),
        (3, D(1001), D(1020)),
        (1, D(1010), D(1010)),
    ]


@FEW
@given(curves(), st.randoms(use_true_random=False))
def test_hours_are_the_same_in_whatever_order_their_points_come(
    store: Store, whole: Curve, chance: random.Random
) -> None:
    mixed = chance.sample(whole, len(whole))
    cut = len(whole) // 3
    assert store.hours(store.keep(mixed[:cut], mixed[cut:])) == store.hours(store.keep(whole))


def test_a_span_includes_its_start_and_excludes_its_end(store: Store) -> None:
    whole = a_curve(1, 2, 3, 4, 5, apart=timedelta(minutes=40))
    record = store.keep(whole)
    assert store.drawn(record, 100, whole[1][0], whole[3][0]) == whole[1:3]
    assert store.drawn(record, 100, since=whole[4][0]) == whole[4:]
    assert store.drawn(record, 100, until=whole[0][0]) == []


def test_the_drawdown_of_a_span_is_from_the_peaks_of_the_span(store: Store) -> None:
    whole = a_curve(1000, 2000, 1000, 1500, 1200)
    record = store.keep(whole)
    assert store.drawdowns(record) == (D(50), D(40))
    assert store.drawdowns(record, since=whole[2][0]) == (D(20), D(20))
    assert store.drawdowns(record, until=whole[2][0]) == (D(0), D(0))


@FEW
@given(curves(), st.integers(4, 40), st.lists(st.integers(0, 150), max_size=3))
def test_whatever_the_curve_its_drawing_keeps_the_ends_and_the_extremes(
    store: Store, whole: Curve, at_most: int, cuts: list[int]
) -> None:
    """Saved in any groups, the last point of a group being saved again with the next."""
    places = [0, *sorted(cuts), len(whole)]
    groups = [whole[max(0, first - 1) : last] for first, last in pairwise(places)]
    record = store.keep(*groups)
    drawn = store.drawn(record, at_most)
    assert len(drawn) <= at_most
    assert set(drawn) <= set(whole)
    assert drawn == sorted(drawn)
    if len(whole) <= at_most:
        assert drawn == whole
        return
    equities = [equity for _, equity in drawn]
    assert (drawn[0], drawn[-1]) == (whole[0], whole[-1])
    assert (min(equities), max(equities)) == (
        min(equity for _, equity in whole),
        max(equity for _, equity in whole),
    )


@FEW
@given(curves(), st.integers(4, 30), st.integers(0, 150), st.integers(0, 150))
def test_whatever_the_span_it_is_drawn_as_a_curve_of_its_own(
    store: Store, whole: Curve, at_most: int, first: int, last: int
) -> None:
    record = store.keep(whole)
    times = [time for time, _ in whole] + [START - timedelta(days=1), START + timedelta(days=9_000)]
    since, until = times[first % len(times)], times[last % len(times)]
    within = [point for point in whole if since <= point[0] < until]
    drawn = store.drawn(record, at_most, since, until)
    assert len(drawn) <= at_most
    assert set(drawn) <= set(within)
    if len(within) <= at_most:
        assert drawn == within
        return
    equities, all_equities = [equity for _, equity in drawn], [equity for _, equity in within]
    assert (drawn[0], drawn[-1]) == (within[0], within[-1])
    assert (min(equities), max(equities)) == (min(all_equities), max(all_equities))


@FEW
@given(curves())
def test_whatever_the_curve_its_hours_are_those_of_its_points(store: Store, whole: Curve) -> None:
    record = store.keep(whole)
    by_hour = [
        list(group)
        for _, group in groupby(whole, key=lambda point: point[0].replace(minute=0, second=0, microsecond=0))
    ]
    hours = store.hours(record)
    assert [(hour.points, hour.first_time, hour.last_time, hour.last) for hour in hours] == [
        (len(group), group[0][0], *group[-1]) for group in by_hour
    ]
    assert [(min(hour.low, hour.last), max(hour.high, hour.last)) for hour in hours] == [
        (min(equity for _, equity in group), max(equity for _, equity in group)) for group in by_hour
    ]


@FEW
@given(curves())
def test_whatever_the_curve_its_drawdowns_are_those_of_its_points(store: Store, whole: Curve) -> None:
    above_zero = [(time, abs(equity) + 1) for time, equity in whole]
    equities = [equity for _, equity in above_zero]
    deepest, last = store.drawdowns(store.keep(above_zero))
    assert ratio(deepest) == ratio(max_drawdown(equities))
    highest = max(equities, default=D(1))
    assert ratio(last) == ratio((highest - (equities or [highest])[-1]) * 100 / highest)
