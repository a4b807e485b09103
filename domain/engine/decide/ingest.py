"""Market data arrives: what of it is new, and the order in which it is applied (R7, R8)."""

from collections.abc import Sequence
from datetime import datetime

from domain.engine.applied_updates import AppliedUpdates
from domain.engine.commands import Ingest, Times
from domain.engine.open_group import OpenGroup
from domain.engine.results import CommandResult, Decision, Ingested, RejectedInput, RejectionCode
from domain.engine.state import Desk
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
    readable = [(index, update) for index, update in enumerate(command.updates) if not isinstance(update, Invalid)]
    if len(readable) < len(command.updates):
        for index, update in enumerate(command.updates):
            if isinstance(update, Invalid):
                batch.reject(index, RejectionCode.INVALID_INPUT, update.message)
    readable.sort(key=lambda numbered: numbered[1].symbol)
    readable.sort(key=lambda numbered: numbered[1].end)
    batch.take_all(readable)
    return batch.finished()


class _Batch:
    """A batch on its way through the desk."""

    def __init__(self, desk: Desk, wall: datetime) -> None:
        self._group = OpenGroup(desk)
        self._latest = latest_time(wall)
        self._new: list[MarketUpdate] = []
        self._applied = AppliedUpdates(self._new, desk.applied)
        self._duplicates = 0
        self._rejected: list[RejectedInput] = []

    def take_all(self, inputs: Sequence[tuple[int, MarketUpdate]]) -> None:
        """Take bars and quotes in their order."""
        updates = [update for _, update in inputs]
        place = alone = 0
        while place < len(updates):
            alone = alone if place < alone else self._alone_until(updates, place)
            if place < alone:
                passed = self._group.pass_over(updates, place, alone)
            else:
                passed = self._group.pass_by(updates, place, self._latest)
            if passed > place:
                self._new += updates[place:passed]
                place = passed
            else:
                self.take(*inputs[place])
                place += 1

    def _alone_until(self, updates: Sequence[MarketUpdate], place: int) -> int:
        """Up to which place, from this one on, there are bars of one symbol that move its market forward, one after the
        other, each of which is all that ends then."""
        first, symbol, ends = updates[place], updates[place].symbol, updates[place].start
        market, is_ahead = self._group.market(symbol), updates[-1].end > self._latest
        if is_ahead or first.end == self._group.end or not isinstance(first, Bar):
            return place
        if market.could_repeat(first) or (market.last and market.last.time > first.end):
            return place
        for later in range(place, len(updates)):
            bar = updates[later]
            if bar.symbol != symbol or bar.start < ends or not isinstance(bar, Bar):
                return later - (bar.end == ends)
            ends = bar.end
        return len(updates)

    def take(self, index: int, update: MarketUpdate) -> None:
        group, end = self._group, update.end
        if end > self._latest:
            self.reject(index, RejectionCode.IN_THE_FUTURE, "it ends over a minute in the future (R6)")
            return
        if end != group.end:
            group.move_on(end)
        market = group.market(update.symbol)
        if market.could_repeat(update):
            self._take_again(index, update, market)
        else:
            self._apply(index, update, market)

    def _take_again(self, index: int, update: MarketUpdate, market: Market) -> None:
        """Take what does not move its market forward."""
        known = self._applied.alike(update)
        if update in known:
            self._duplicates += 1
        elif known and isinstance(bar := known[0], Bar):
            message = f"a bar of that start and end was applied before: {_figures(bar)}"
            self.reject(index, RejectionCode.CONFLICT, message)
        elif market.is_late(update):
            self.reject(index, RejectionCode.LATE, _lateness(market, update))
        else:
            self._apply(index, update, market)

    def reject(self, index: int, code: RejectionCode, message: str) -> None:
        self._rejected.append(RejectedInput(index, code, message))

    def finished(self) -> Decision:
        desk, facts, curves = self._group.closed()
        rejected = tuple(sorted(self._rejected, key=lambda rejection: rejection.index))
        result = CommandResult(ingested=Ingested(len(self._new), self._duplicates, self._group.fills, rejected))
        after = desk.with_applied(self._applied) if self._new else desk
        return Decision(after, result, tuple(facts), tuple(curves))

    def _apply(self, index: int, update: MarketUpdate, market: Market) -> None:
        try:
            self._group.apply(update, market)
        except OutOfRange:
            self.reject(
                index, RejectionCode.OUT_OF_RANGE, "at these prices an account is worth 10000000000 or more (R1)"
            )
        else:
            self._new.append(update)


def _lateness(market: Market, update: MarketUpdate) -> str:
    until = market.last.time if isinstance(update, Quote) and market.last else market.bar_end
    assert until is not None  # noqa: S101 - something was applied that this one is late after
    return f"{update.symbol} has moved on to {print_time(until)} (R7)"


def _figures(bar: Bar) -> str:
    prices = f"open {plain(bar.open)}, high {plain(bar.high)}, low {plain(bar.low)}, close {plain(bar.close)}"
    return prices if bar.volume is None else f"{prices}, volume {plain(bar.volume)}"
