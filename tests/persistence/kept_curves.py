"""Curves that a real desk makes, each of an account of its own, and the plain reading of what they are (R37)."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import count, groupby
from operator import attrgetter
from typing import Any

from hypothesis import strategies as st

from api.database_url import database_url
from api.persistence.curves import curve, drawdowns, stored_hours
from api.persistence.engines import read_engine
from api.persistence.reports import session_records
from domain.analytics.replayed_curve import CurvePoint
from domain.engine.views import SessionRecord
from domain.market.quote import Quote
from domain.money import units_of
from domain.portfolio.hour import Hour
from domain.portfolio.watermarks import EquityWatermarks, drawdown_percent
from tests.builders import FREE, D, a_signal
from tests.loop_engine import LoopEngine
from tests.service.desks import RunningWriter, Trader, running_writer

START = datetime(2024, 1, 2, 14, 30, tzinfo=UTC)
WALL = datetime(2044, 1, 1, tzinfo=UTC)
CAPITAL = D(10_000)
RISKY = {
    **FREE,
    "starting_capital": CAPITAL,
    "max_trade_risk_percent": D(100),
    "max_campaign_risk_percent": D(100),
    "max_heat_percent": D(100),
    "max_price_age_seconds": 10 * 366 * 86_400,
}

ALL = 100_000
"""More points than any curve has."""

Curve = list[tuple[datetime, Decimal]]
"""When the equity was observed, and what it was."""

Span = tuple[datetime | None, datetime | None]


def a_curve(*equities: int, apart: timedelta = timedelta(minutes=1)) -> Curve:
    """The point of an entry, and points that far apart."""
    return [(START + place * apart, D(equity)) for place, equity in enumerate((10_000, *equities))]


def quote_of(symbol: str, time: datetime, price: Decimal | int) -> Quote:
    """A quote of a symbol."""
    return Quote(symbol, time, D(price))


def points_of(curve: Curve) -> list[CurvePoint]:
    """Points with the running peaks that their drawdowns are measured from."""
    peak, points = CAPITAL, []
    for time, equity in curve:
        peak = max(peak, equity)
        points.append(CurvePoint(time, equity, peak))
    return points


def within(curve: Curve, span: Span) -> list[CurvePoint]:
    """The points of a curve in a span, which includes its start and excludes its end."""
    since, until = span
    inside = [point for point in points_of(curve) if since is None or point.time >= since]
    return [point for point in inside if until is None or point.time < until]


@st.composite
def spans_of(draw: st.DrawFn, curve: Curve) -> Span:
    """A span that begins and ends at points, between them, beyond them, or nowhere."""
    beside = [START - timedelta(days=1), START + timedelta(days=9_000)]
    moments = st.sampled_from([time for time, _ in curve] + beside)
    near = st.builds(lambda moment, seconds: moment + timedelta(seconds=seconds), moments, st.integers(-900, 900))
    return draw(st.none() | moments | near), draw(st.none() | moments | near)


def hours_of(curve: Curve) -> list[Hour]:
    """The hours of a curve, read plainly."""
    by_hour = groupby(points_of(curve), key=lambda point: point.time.replace(minute=0, second=0, microsecond=0))
    return [_hour(list(points)) for _, points in by_hour]


def _hour(points: Sequence[CurvePoint]) -> Hour:
    """The last point is not settled, and counts among the extremes only where it is alone."""
    first, last, settled = points[0], points[-1], points[:-1] or points
    low, high = min(settled, key=attrgetter("equity")), max(settled, key=attrgetter("equity"))
    deepest_from, deepest_to = _deepest([point.equity for point in settled])
    return Hour(
        points=len(points),
        first_time=first.time,
        low_time=low.time,
        high_time=high.time,
        last_time=last.time,
        first=first.equity,
        low=low.equity,
        high=high.equity,
        last=last.equity,
        first_peak=first.peak,
        low_peak=low.peak,
        high_peak=high.peak,
        last_peak=last.peak,
        deepest_from=deepest_from,
        deepest_to=deepest_to,
    )


def watermarks_of(curve: Curve) -> EquityWatermarks:
    """What follows from watching a curve (R34, R37), read plainly; the last point is not settled."""
    (*before, (time, equity)), day = curve, curve[-1][0].date()
    settled = [CAPITAL, *(equity for _, equity in before)]
    worst_peak, worst_equity = _deepest(settled)
    earlier = [equity for time, equity in before if time.date() < day]
    reference = earlier[-1] if earlier else CAPITAL
    return EquityWatermarks(
        equity, max(settled), max(settled), worst_peak, worst_equity, reference, reference, time, day
    )


def _deepest(equities: Sequence[Decimal]) -> tuple[Decimal, Decimal]:
    """From which peak to where most of it was lost, for the first time."""
    falls = [(max(equities[: place + 1]), equity) for place, equity in enumerate(equities)]
    return max(falls, key=lambda fall: 1 - Fraction(fall[1]) / Fraction(fall[0]))


def drawdowns_of(points: Sequence[CurvePoint]) -> tuple[Decimal, Decimal]:
    """The largest and the last drawdown of points, from their own peaks."""
    equities = [point.equity for point in points]
    losses = [drawdown_percent(max(equities[: place + 1]), equity) for place, equity in enumerate(equities)]
    return max(losses, default=D(0)), losses[-1] if losses else D(0)


@dataclass(slots=True)
class Kept:
    """An account that holds one share of each of some symbols, and all quotes of them that were applied."""

    store: "Store"
    trader: Trader
    entry_prices: dict[str, Decimal]
    entered: datetime = START
    session: int | None = None
    batches: list[list[Quote]] = field(default_factory=list)

    @property
    def symbols(self) -> list[str]:
        """What it holds, in the order in which quotes of one end are applied."""
        return sorted(self.entry_prices)

    def grow(self, *groups: Curve) -> None:
        """Let the equity be what curves say, one batch each, by the price of the only symbol."""
        ((symbol, entry),) = self.entry_prices.items()
        for group in groups:
            self.quote([Quote(symbol, time, equity - CAPITAL + entry) for time, equity in group])

    def quote(self, quotes: Sequence[Quote]) -> None:
        """Send quotes in a batch; what is late or was sent before is not applied (R7)."""
        known = [quote for batch in self.batches for quote in batch]
        applied: list[Quote] = []
        for quote in sorted(quotes, key=lambda quote: (quote.time, quote.symbol)):
            times = [other.time for other in known + applied if other.symbol == quote.symbol]
            if quote not in known + applied and quote.time >= max(times, default=quote.time):
                applied.append(quote)
        result = self.store.run(self.trader.quotes(*quotes))
        assert result.ingested is not None
        assert result.ingested.applied == len(applied)
        self.batches.append(applied)

    def retract(self, symbol: str, since: datetime) -> None:
        """Take back what came of a symbol from a time on."""
        assert self.store.run(self.trader.retract(symbol, since)).refusal is None
        self.batches = [
            [quote for quote in batch if quote.symbol != symbol or quote.time < since] for batch in self.batches
        ]

    @property
    def curve(self) -> Curve:
        """The points of the equity as R37 says: one after each end in a batch, no earlier than the last."""
        prices, cash = dict(self.entry_prices), CAPITAL - sum(self.entry_prices.values())
        curve = {self.entered: CAPITAL}
        for batch in self.batches:
            for end, group in groupby(batch, key=attrgetter("time")):
                prices |= {quote.symbol: quote.price for quote in group}
                curve[max(end, *curve)] = cash + sum(prices.values())
        return list(curve.items())

    @property
    def record(self) -> SessionRecord:
        """The session as it stands."""
        records: list[SessionRecord] = self.store.ask(session_records, self.trader.account, self.session)
        return records[0]

    def drawn(self, at_most: int, since: datetime | None = None, until: datetime | None = None) -> list[CurvePoint]:
        """The points as they are drawn."""
        points: list[CurvePoint] = self.store.ask(curve, self.record, since, until, at_most)
        return points

    def drawdowns(self, since: datetime | None = None, until: datetime | None = None) -> tuple[Decimal, Decimal]:
        """The largest and the last drawdown of a span."""
        losses: tuple[Decimal, Decimal] = self.store.ask(drawdowns, self.record, since, until)
        return losses

    @property
    def hours(self) -> list[Hour]:
        """The hours, stored or grown since."""
        return list(self.store.ask(stored_hours, self.record).values())


@dataclass(slots=True)
class Store:
    """A desk on a database, and those who read it."""

    runner: asyncio.Runner = field(repr=False)
    desk: RunningWriter = field(repr=False)
    reading: LoopEngine = field(repr=False)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def run(self, work: Any) -> Any:
        """What a coroutine gives."""
        return self.runner.run(work)

    def ask(self, question: Any, *arguments: Any) -> Any:
        """What a query of a transaction gives."""

        async def asked() -> Any:
            async with self.reading.connect() as connection, connection.begin():
                return await connection.run_sync(question, *arguments)

        return self.run(asked())

    def account(self, symbols: int = 1) -> Kept:
        """A new account that has just bought a share of each of its symbols, at prices of their signals' own."""
        number = next(self.numbers)
        trader = self.desk.trader(f"account-{number}")
        self.run(trader.enable(**RISKY))
        price = (CAPITAL - 1) / max(1, symbols)
        kept = Kept(self, trader, {f"S{number}X{place}": price for place in range(symbols)})
        for place, symbol in enumerate(kept.symbols, start=1):
            self.enter(kept, symbol, place)
        return kept

    def enter(self, kept: Kept, symbol: str, number: int) -> None:
        """Buy a share."""
        request = a_signal(symbol=symbol, quantity="1", stop="0.00000001", target="1000000000", timestamp=None)
        request = replace(request, market_price=kept.entry_prices[symbol], timestamp=kept.entered)
        result = self.run(kept.trader.send(request, number))
        assert result.refusal is None

    def keep(self, *groups: Curve) -> Kept:
        """A new account whose equity is what curves say, one batch each; the first point may be its entry's own."""
        kept = self.account()
        kept.grow(*([point for point in group if point != (START, CAPITAL)] for group in groups))
        return kept


def assert_as_read_plainly(kept: Kept) -> None:
    """Points, hours, drawdowns and watermarks are those of what came."""
    curve, record = kept.curve, kept.record
    assert kept.drawn(ALL) == points_of(curve)
    assert kept.hours == hours_of(curve)
    assert kept.drawdowns() == drawdowns_of(points_of(curve))
    assert record.watermarks == watermarks_of(curve)
    assert record.growth.points.items() <= {time: units_of(equity) for time, equity in curve}.items()


@contextmanager
def store_on(url: str) -> Iterator[Store]:
    """A store on a database."""
    # A loop factory keeps the runner from replacing the current event loop, which belongs to pytest-asyncio.
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        stack = AsyncExitStack()
        desk = runner.run(stack.enter_async_context(running_writer(url, wall=lambda: WALL)))
        reading = LoopEngine(read_engine(database_url(url)))
        try:
            yield Store(runner, desk, reading)
        finally:
            runner.run(reading.dispose())
            runner.run(stack.aclose())
