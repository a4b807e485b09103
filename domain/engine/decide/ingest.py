"""Market data arrives: what of it is new, and the order in which it is applied (R7, R8)."""

from collections.abc import Sequence
from datetime import datetime

from domain.engine.commands import Ingest, Times
from domain.engine.events import JournalEntry
from domain.engine.observer import SessionCurve
from domain.engine.open_group import OpenGroup
from domain.engine.results import CommandResult, Decision, Ingested, InputOutcome, RejectedInput
from domain.engine.state import Desk, UpdateKey
from domain.market.bar import Bar
from domain.market.quote import Quote
from domain.market.state import Market
from domain.market.update import MarketUpdate
from domain.money import OutOfRange, plain
from domain.notation import print_time
from domain.orders.timing import latest_time
from domain.validation import Invalid


def ingest(desk: Desk, command: Ingest, times: Times) -> Decision:
    """Apply a batch in the order of (end, symbol); what cannot be applied changes nothing and is named (R7, R8)."""
    batch = _Batch(desk, times.recorded_at)
    for index, update in enumerate(command.updates):
        if isinstance(update, Invalid):
            batch.reject(index, InputOutcome.INVALID, update.message)
    readable = [(index, update) for index, update in enumerate(command.updates) if not isinstance(update, Invalid)]
    for index, update in sorted(readable, key=lambda item: (item[1].end, item[1].symbol)):
        batch.take(index, update)
    return batch.finished()


class _Batch:
    """A batch on its way through the desk."""

    def __init__(self, desk: Desk, wall: datetime) -> None:
        self._desk = desk
        self._latest = latest_time(wall)
        self._facts: list[MarketUpdate | JournalEntry] = []
        self._curves: list[SessionCurve] = []
        self._applied: dict[UpdateKey, tuple[MarketUpdate, ...]] = {}
        self._duplicates = 0
        self._rejected: list[RejectedInput] = []
        self._group: OpenGroup | None = None

    def take(self, index: int, update: MarketUpdate) -> None:
        if update.end > self._latest:
            self.reject(index, InputOutcome.INVALID, "it ends over a minute in the future (R6)")
            return
        group = self._group_of(update.end)
        market = group.market(update.symbol)
        known = self._known(update) if market.could_repeat(update) else ()
        if update in known:
            self._duplicates += 1
        elif known and isinstance(bar := known[0], Bar):
            message = f"a bar of that start and end was applied before: {_figures(bar)}"
            self.reject(index, InputOutcome.CONFLICT, message)
        elif market.is_late(update):
            self.reject(index, InputOutcome.LATE, _lateness(market, update))
        else:
            self._apply(group, index, update)

    def reject(self, index: int, outcome: InputOutcome, message: str) -> None:
        self._rejected.append(RejectedInput(index, outcome, message))

    def finished(self) -> Decision:
        self._close_group()
        fills = sum(1 for fact in self._facts if isinstance(fact, JournalEntry) and fact.is_fill)
        rejected = tuple(sorted(self._rejected, key=lambda rejection: rejection.index))
        applied = sum(1 for fact in self._facts if not isinstance(fact, JournalEntry))
        result = CommandResult(ingested=Ingested(applied, self._duplicates, fills, rejected))
        return Decision(self._desk.with_applied(self._applied), result, tuple(self._facts), tuple(self._curves))

    def _known(self, update: MarketUpdate) -> Sequence[MarketUpdate]:
        key = (update.symbol, update.start, update.end)
        return self._applied.get(key) or self._desk.applied.get(key, ())

    def _apply(self, group: OpenGroup, index: int, update: MarketUpdate) -> None:
        try:
            group.apply(update)
        except OutOfRange:
            self.reject(index, InputOutcome.INVALID, "at these prices an account is worth 10000000000 or more (R1)")
        else:
            key = (update.symbol, update.start, update.end)
            self._applied[key] = (*self._known(update), update) if isinstance(update, Quote) else (update,)

    def _group_of(self, end: datetime) -> OpenGroup:
        if self._group is not None and self._group.end == end:
            return self._group
        self._close_group()
        self._group = OpenGroup(self._desk, end)
        return self._group

    def _close_group(self) -> None:
        if self._group is not None:
            self._desk, facts, curves = self._group.closed()
            self._facts += facts
            self._curves += curves


def _lateness(market: Market, update: MarketUpdate) -> str:
    until = market.last.time if isinstance(update, Quote) and market.last else market.bar_end
    assert until is not None  # noqa: S101 - something was applied that this one is late after
    return f"{update.symbol} has moved on to {print_time(until)} (R7)"


def _figures(bar: Bar) -> str:
    prices = f"open {plain(bar.open)}, high {plain(bar.high)}, low {plain(bar.low)}, close {plain(bar.close)}"
    return prices if bar.volume is None else f"{prices}, volume {plain(bar.volume)}"
