"""Market data arrives: what of it is new (R7), and which accounts it affects (R8)."""

from collections.abc import Sequence
from datetime import date, datetime

from domain.engine.closing import close_everything
from domain.engine.commands import Ingest, Times
from domain.engine.context import DecisionContext
from domain.engine.events import CurvePoint, JournalEntry
from domain.engine.observe import halt, observe
from domain.engine.process_update import process_update
from domain.engine.results import CommandResult, Decision, Ingested, InputOutcome, RejectedInput
from domain.engine.state import Desk, UpdateKey
from domain.market.bar import Bar
from domain.market.quote import Quote
from domain.market.state import Market
from domain.market.update import MarketUpdate
from domain.money import ZERO, OutOfRange, plain
from domain.notation import print_time
from domain.orders.timing import latest_time
from domain.portfolio.account import Account
from domain.portfolio.valuation import Valuation
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
        self._points: list[CurvePoint] = []
        self._applied: dict[UpdateKey, tuple[MarketUpdate, ...]] = {}
        self._duplicates = 0
        self._rejected: list[RejectedInput] = []
        self._end: datetime | None = None
        self._holders: dict[str, date] = {}
        self._valuations: dict[str, Valuation] = {}

    def take(self, index: int, update: MarketUpdate) -> None:
        if update.end > self._latest:
            self.reject(index, InputOutcome.INVALID, "it ends over a minute in the future (R6)")
        elif update in (known := self._known(update)):
            self._duplicates += 1
        elif known and isinstance(bar := known[0], Bar):
            message = f"a bar of that start and end was applied before: {_figures(bar)}"
            self.reject(index, InputOutcome.CONFLICT, message)
        elif self._desk.market(update.symbol).is_late(update):
            self.reject(index, InputOutcome.LATE, self._lateness(update))
        else:
            self._apply(index, update)

    def reject(self, index: int, outcome: InputOutcome, message: str) -> None:
        self._rejected.append(RejectedInput(index, outcome, message))

    def finished(self) -> Decision:
        self._observe()
        fills = sum(1 for fact in self._facts if isinstance(fact, JournalEntry) and fact.is_fill)
        rejected = tuple(sorted(self._rejected, key=lambda rejection: rejection.index))
        applied = sum(1 for fact in self._facts if not isinstance(fact, JournalEntry))
        result = CommandResult(ingested=Ingested(applied, self._duplicates, fills, rejected))
        return Decision(self._desk.with_applied(self._applied), result, tuple(self._facts), tuple(self._points))

    def _known(self, update: MarketUpdate) -> Sequence[MarketUpdate]:
        key = (update.symbol, update.start, update.end)
        return self._applied.get(key) or self._desk.applied.get(key, ())

    def _lateness(self, update: MarketUpdate) -> str:
        market = self._desk.market(update.symbol)
        until = market.last.time if isinstance(update, Quote) and market.last else market.bar_end
        assert until is not None  # noqa: S101 - something was applied that this one is late after
        return f"{update.symbol} has moved on to {print_time(until)} (R7)"

    def _apply(self, index: int, update: MarketUpdate) -> None:
        if self._end is not None and update.end != self._end:
            self._observe()
        opening = self._desk.market(update.symbol).opened(update)
        after = self._desk.with_update(opening.closed(update), update.end)
        names = sorted(self._desk.accounts_by_symbol.get(update.symbol, ()))
        try:
            contexts, closed_out = self._contexts(names, update, opening, after) if names else ([], [])
        except OutOfRange:
            self.reject(index, InputOutcome.INVALID, "at these prices an account is worth 10000000000 or more (R1)")
            return
        key = (update.symbol, update.start, update.end)
        self._applied[key] = (*self._known(update), update)
        self._end = update.end
        self._desk = after
        self._facts.append(update)
        self._keep([*contexts, *closed_out])
        self._halt([context.account.name for context in closed_out], update)

    def _contexts(
        self, names: Sequence[str], update: MarketUpdate, opening: Market, after: Desk
    ) -> tuple[list[DecisionContext], list[DecisionContext]]:
        """Its way through each account that it may touch; those that held its symbol are due to be observed.

        An account that could not be held at its prices must not keep them from all others: it is closed out at
        the prices before it, and is among the second. Raises OutOfRange if even that cannot be held.
        """
        before, opened = self._desk.market(update.symbol), self._desk.with_market(opening)
        contexts: list[DecisionContext] = []
        closed_out: list[DecisionContext] = []
        holders: dict[str, Valuation | None] = {}
        for name in names:
            context = DecisionContext(opened.accounts[name], opened.markets)
            try:
                process_update(context, update, before, after.markets)
                if _is_holder(context, self._desk.accounts[name], update.symbol):
                    holders[name] = self._require_closable(context, before, after)
                contexts.append(context)
            except OutOfRange:
                context = DecisionContext(self._desk.accounts[name], self._desk.markets)
                close_everything(context)
                closed_out.append(context)
                if context.entries:
                    holders[name] = None
        for name, valuation in holders.items():
            day = self._desk.accounts[name].day_of(update.start)
            self._holders[name] = max(day, self._holders.get(name, day))
            self._note_valuation(name, valuation)
        return contexts, closed_out

    def _require_closable(self, context: DecisionContext, before: Market, after: Desk) -> Valuation:
        """An account's valuation after a bar or quote. Raises OutOfRange.

        Should it be ruined when it is observed, it can be closed (R34): that is tried here, while it can be undone.
        What did not change since an earlier update of the batch is not valued again.
        """
        account, known = context.account, self._valuations.get(context.account.name)
        if known is not None and known.account.positions is account.positions:
            valuation = known.moved(before, after.market(before.symbol))
        else:
            valuation = Valuation.of(account, after.markets)
        if valuation.equity <= ZERO:
            close_everything(DecisionContext(account, after.markets))
        return valuation

    def _note_valuation(self, name: str, valuation: Valuation | None) -> None:
        if valuation is None:
            self._valuations.pop(name, None)
        else:
            self._valuations[name] = valuation

    def _halt(self, names: Sequence[str], update: MarketUpdate) -> None:
        contexts = [DecisionContext(self._desk.accounts[name], self._desk.markets) for name in names]
        reason = f"at the next prices of {update.symbol} it would be worth 10000000000 or more (R1)"
        for context in contexts:
            if context.account.halt_reason is None:
                halt(context, reason, update.end)
        self._keep(contexts)

    def _observe(self) -> None:
        """After the last bar or quote of an end: the equity of all who held its symbols (R37)."""
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


def _is_holder(context: DecisionContext, before: Account, symbol: str) -> bool:
    """Whether an account held a symbol before a bar or quote of it, or since."""
    return bool(before.positions.of_symbol(symbol)) or any(entry.is_fill for entry in context.entries)


def _figures(bar: Bar) -> str:
    prices = f"open {plain(bar.open)}, high {plain(bar.high)}, low {plain(bar.low)}, close {plain(bar.close)}"
    return prices if bar.volume is None else f"{prices}, volume {plain(bar.volume)}"
