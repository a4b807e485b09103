"""Market data arrives: what of it is new (R7), and which accounts it affects (R8)."""

from collections.abc import Sequence
from datetime import date, datetime

from domain.engine.commands import Ingest, Times
from domain.engine.context import DecisionContext
from domain.engine.events import CurvePoint, JournalEntry, PositionEvent
from domain.engine.observe import close_everything, halt, observe
from domain.engine.process_bar import process_bar
from domain.engine.results import CommandResult, Decision, Ingested, InputOutcome, RejectedInput
from domain.engine.state import BarKey, Desk
from domain.market.bar import Bar
from domain.market.state import Market
from domain.money import ZERO, OutOfRange, plain
from domain.orders.timing import latest_time
from domain.portfolio.valuation import Markets, equity
from domain.validation import Invalid


def ingest(desk: Desk, command: Ingest, times: Times) -> Decision:
    """Apply a batch in the order of (end, symbol); what cannot be applied changes nothing and is named (R7, R8)."""
    batch = _Batch(desk, times.recorded_at)
    for index, bar in enumerate(command.bars):
        if isinstance(bar, Invalid):
            batch.reject(index, InputOutcome.INVALID, bar.message)
    readable = [(index, bar) for index, bar in enumerate(command.bars) if isinstance(bar, Bar)]
    for index, bar in sorted(readable, key=lambda item: (item[1].end, item[1].symbol)):
        batch.take(index, bar)
    return batch.finished()


class _Batch:
    """A batch on its way through the desk."""

    def __init__(self, desk: Desk, wall: datetime) -> None:
        self._desk = desk
        self._latest = latest_time(wall)
        self._facts: list[Bar | JournalEntry] = []
        self._points: list[CurvePoint] = []
        self._applied: dict[BarKey, tuple[Bar, ...]] = {}
        self._duplicates = 0
        self._rejected: list[RejectedInput] = []
        self._end: datetime | None = None
        self._holders: dict[str, date] = {}

    def take(self, index: int, bar: Bar) -> None:
        if bar.end > self._latest:
            self.reject(index, InputOutcome.INVALID, "it ends over a minute in the future (R6)")
        elif bar in (known := self._known(bar)):
            self._duplicates += 1
        elif known and not bar.is_quote:
            self.reject(
                index, InputOutcome.CONFLICT, f"a bar of that start and end was applied before: {_figures(known[0])}"
            )
        elif self._desk.market(bar.symbol).is_late(bar):
            self.reject(index, InputOutcome.LATE, self._lateness(bar))
        else:
            self._apply(index, bar)

    def reject(self, index: int, outcome: InputOutcome, message: str) -> None:
        self._rejected.append(RejectedInput(index, outcome, message))

    def finished(self) -> Decision:
        self._observe()
        fills = sum(1 for fact in self._facts if _is_fill(fact))
        rejected = tuple(sorted(self._rejected, key=lambda rejection: rejection.index))
        applied = sum(1 for fact in self._facts if isinstance(fact, Bar))
        answer = CommandResult(ingested=Ingested(applied, self._duplicates, fills, rejected))
        return Decision(self._desk.with_applied(self._applied), answer, tuple(self._facts), tuple(self._points))

    def _known(self, bar: Bar) -> Sequence[Bar]:
        key = (bar.symbol, bar.start, bar.end)
        return self._applied.get(key) or self._desk.applied.get(key, ())

    def _lateness(self, bar: Bar) -> str:
        market = self._desk.market(bar.symbol)
        until = market.last.time if bar.is_quote and market.last else market.bar_end
        return f"{bar.symbol} has moved on to {until:%Y-%m-%dT%H:%M:%SZ} (R7)"

    def _apply(self, index: int, bar: Bar) -> None:
        if self._end is not None and bar.end != self._end:
            self._observe()
        opening = self._desk.market(bar.symbol).opened(bar)
        after = self._desk.with_bar(opening.closed(bar), bar.end)
        names = sorted(self._desk.accounts_by_symbol.get(bar.symbol, ()))
        try:
            contexts, closed_out = self._contexts(names, bar, opening, after) if names else ([], [])
        except OutOfRange:
            self.reject(index, InputOutcome.INVALID, "at these prices an account is worth 10000000000 or more (R1)")
            return
        key = (bar.symbol, bar.start, bar.end)
        self._applied[key] = (*self._known(bar), bar)
        self._end = bar.end
        self._desk = after
        self._facts.append(bar)
        self._keep([*contexts, *closed_out])
        self._halt([context.account.name for context in closed_out], bar)

    def _contexts(
        self, names: Sequence[str], bar: Bar, opening: Market, after: Desk
    ) -> tuple[list[DecisionContext], list[DecisionContext]]:
        """The bar's way through each account that it may touch; those that held its symbol are due to be observed.

        An account that could not be held at the bar's prices must not keep them from all others: it is closed out at
        the prices before the bar, and is among the second. Raises OutOfRange if even that cannot be held.
        """
        before, opened = self._desk.market(bar.symbol), self._desk.with_market(opening)
        contexts: list[DecisionContext] = []
        closed_out: list[DecisionContext] = []
        holders: list[str] = []
        for name in names:
            context = DecisionContext(opened.accounts[name], opened.markets)
            try:
                is_holder = _lives_through(context, bar, before, after.markets)
                contexts.append(context)
            except OutOfRange:
                context = DecisionContext(self._desk.accounts[name], self._desk.markets)
                close_everything(context)
                is_holder = bool(context.entries)
                closed_out.append(context)
            if is_holder:
                holders.append(name)
        for name in holders:
            day = self._desk.accounts[name].day_of(bar.start)
            self._holders[name] = max(day, self._holders.get(name, day))
        return contexts, closed_out

    def _halt(self, names: Sequence[str], bar: Bar) -> None:
        contexts = [DecisionContext(self._desk.accounts[name], self._desk.markets) for name in names]
        for context in contexts:
            halt(context, f"at the next prices of {bar.symbol} it would be worth 10000000000 or more (R1)", bar.end)
        self._keep(contexts)

    def _observe(self) -> None:
        """After the last bar of an end: the equity of all who held its symbols (R37)."""
        end, holders = self._end, self._holders
        self._end, self._holders = None, {}
        if end is None or not holders:
            return
        contexts = [DecisionContext(self._desk.accounts[name], self._desk.markets) for name in sorted(holders)]
        for context in contexts:
            observe(context, end, holders[context.account.name])
            self._points.extend(context.points)
        self._keep(contexts)

    def _keep(self, contexts: Sequence[DecisionContext]) -> None:
        if not contexts:
            return
        entries = [entry for context in contexts for entry in context.entries]
        self._facts.extend(entries)
        self._desk = self._desk.with_accounts(context.account for context in contexts).with_signals_of(entries)


def _lives_through(context: DecisionContext, bar: Bar, before: Market, closed: Markets) -> bool:
    """Take an account through a bar; whether it held the bar's symbol. Raises OutOfRange.

    Should it be ruined when it is observed, it can be closed (R34): that is tried here, while the bar can be undone.
    """
    held_before = any(position.symbol == bar.symbol for position in context.account.positions.values())
    process_bar(context, bar, before, closed)
    is_holder = held_before or any(_is_fill(entry) for entry in context.entries)
    if is_holder and equity(context.account, closed) <= ZERO:
        close_everything(DecisionContext(context.account, closed))
    return is_holder


def _is_fill(fact: Bar | JournalEntry) -> bool:
    return isinstance(fact, JournalEntry) and isinstance(fact.event, PositionEvent) and fact.event.fill is not None


def _figures(bar: Bar) -> str:
    return f"open {plain(bar.open)}, high {plain(bar.high)}, low {plain(bar.low)}, close {plain(bar.close)}"
