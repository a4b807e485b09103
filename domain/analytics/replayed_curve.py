"""A session's equity curve out of what was recorded (R37): its fills, and the bars and quotes of what it held.

No point is stored: this makes them again, as they were observed, of a whole session or of a part of it.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal

from domain.calendar import Zone
from domain.market.state import Mark, Market
from domain.market.update import MarketUpdate
from domain.money import fine_units_of, nearest_units, product, units_of
from domain.records import dataclass


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """The equity at a market time, and the running peak that its drawdown is measured from."""

    time: datetime
    equity: Decimal
    peak: Decimal


@dataclass(frozen=True, slots=True)
class RecordedUpdate:
    """A bar or quote, its place in history, and that of the command that it came with."""

    ordinal: int
    command: int
    update: MarketUpdate


@dataclass(frozen=True, slots=True)
class RecordedFill:
    """A fill, its place in history, and that of its command.

    `quantity` is what it adds to what is held, a sale's negative; `cash` what it adds to the cash. A position whose
    signal had a price of its own bears that `own_price` until its symbol's next bar or quote; it was `entered` at an
    ordinal.
    """

    ordinal: int
    command: int
    time: datetime
    symbol: str
    quantity: Decimal
    cash: Decimal
    is_entry: bool
    is_last: bool
    own_price: Decimal | None
    entered: int


Observed = tuple[datetime, date, int]
"""When equity was observed, on which day, and what it was, in counts of 0.00000001."""


@dataclass(slots=True)
class _Held:
    """What is held of a symbol: in how many positions, longs less shorts, and what that is worth, unrounded; its last
    price, and where in history that came."""

    market: Market
    count: int = 0
    net: int = 0
    worth: int = 0
    updated: int = 0

    @property
    def price(self) -> int:
        return 0 if self.market.last is None else units_of(self.market.last.price)


@dataclass(slots=True)
class _Due:
    """A point that is due: of which command, of which end unless it filled something itself, when, on which day."""

    command: int
    end: datetime | None
    time: datetime
    start: datetime


class CurveReplay:
    """Makes the points of a session's curve, from what it held and its cash; `known` is the time of its last point."""

    def __init__(self, zone: Zone, cash: Decimal, known: datetime | None = None) -> None:
        self._zone = zone
        self._cash = units_of(cash)
        self._known = known
        self._held: dict[str, _Held] = {}
        self._worth = 0
        self._due: _Due | None = None
        self._group: tuple[int, datetime] | None = None
        self._newest: MarketUpdate | None = None

    def begin_at(self, symbol: str, last: Mark | None, ordinal: int) -> None:
        """The last price of a symbol where the replay begins, and its place in history."""
        self._held[symbol] = _Held(Market(symbol, last=last), updated=ordinal)

    def hold(self, fill: RecordedFill) -> None:
        """Something was filled before; its cash is known already."""
        self._fill(fill)

    def points(self, facts: Iterable[RecordedUpdate | RecordedFill]) -> Iterator[Observed]:
        """The points that facts made, in the order of history; a later one of the same time replaces the earlier."""
        for fact in facts:
            if isinstance(fact, RecordedUpdate):
                yield from self._update(fact)
            else:
                yield from self._take_fill(fact)
        yield from self._observed()

    def _update(self, fact: RecordedUpdate) -> Iterator[Observed]:
        update = self._newest = fact.update
        if self._group != (fact.command, update.end):
            yield from self._observed()
            self._group = fact.command, update.end
        held = self._held.get(update.symbol)
        if held is None:
            held = self._held[update.symbol] = _Held(Market(update.symbol))
        held.market, held.updated = held.market.passed(update), fact.ordinal
        self._worth -= held.worth
        held.worth = held.net * held.price
        self._worth += held.worth
        if held.count:
            self._expect(fact.command, update.end, update.end, update.start)

    def _take_fill(self, fill: RecordedFill) -> Iterator[Observed]:
        if self._group is None or self._group[0] != fill.command:
            self._group = None
            if self._due is not None and self._due.command != fill.command:
                yield from self._observed()
            self._expect(fill.command, None, fill.time, fill.time)
        else:
            end, update, due = self._group[1], self._newest, self._due
            assert update is not None  # noqa: S101 - a group has one
            is_of_update = due is None or fill.symbol == update.symbol
            self._expect(fill.command, end, end, update.start if due is None or is_of_update else due.start)
        self._fill(fill)
        self._cash += units_of(fill.cash)

    def _fill(self, fill: RecordedFill) -> None:
        held = self._held.get(fill.symbol)
        if held is None:
            held = self._held[fill.symbol] = _Held(Market(fill.symbol))
        quantity = units_of(fill.quantity)
        held.net += quantity
        held.count += fill.is_entry - fill.is_last
        own = fill.own_price if fill.entered > held.updated else None
        worth = quantity * held.price if own is None else fine_units_of(product(fill.quantity, own))
        held.worth += worth
        self._worth += worth

    def _expect(self, command: int, end: datetime | None, time: datetime, start: datetime) -> None:
        due = self._due
        if due is None:
            self._due = _Due(command, end, time, start)
        else:
            due.time, due.start = max(due.time, time), max(due.start, start)

    def _observed(self) -> Iterator[Observed]:
        due, self._due = self._due, None
        if due is None:
            return
        time = due.time if self._known is None else max(due.time, self._known)
        self._known = time
        day = self._zone.day_of(time if due.end is None else due.start)
        yield time, day, self._cash + nearest_units(self._worth)
