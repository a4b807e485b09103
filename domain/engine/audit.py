"""Auditing a desk: its history folded again, and the laws of its ledger (R28-R32).

`Fold` works out, from the facts that were recorded, the state that the live desk must have, and the points of the
equity curve, which no event holds.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from domain.engine.context import DecisionContext
from domain.engine.events import (
    AccountHalted,
    AccountOpened,
    CurvePoint,
    JournalEntry,
    PositionEvent,
    SessionEnded,
    SignalEvent,
)
from domain.engine.evolve import evolve, opened
from domain.engine.state import Desk
from domain.market.bar import Bar
from domain.market.update import MarketUpdate
from domain.matching.trailing import best_since_entry
from domain.money import ZERO, amount, rounded
from domain.portfolio.account import Account
from domain.portfolio.position import Position
from domain.portfolio.valuation import Valuation, open_commission


@dataclass(slots=True)
class _Watch:
    """An observation of an account that is due: at what time, of which day, and whether it has been made.

    `is_fixed` once the account was halted at it: fills that follow, of its ruin, belong to this observation too.
    """

    time: datetime
    day: date
    is_made: bool = False
    is_fixed: bool = False


class Fold:
    """The desk's state and curve, worked out from its facts in the order in which they were recorded.

    Call `command` where a command begins, then `market_update`, `retracted` and `entry` for its facts, and `command`
    once more at the end. `archived` are accounts as they stood when a session of theirs ended.
    """

    def __init__(self) -> None:
        self.desk = Desk()
        self.points: list[CurvePoint] = []
        self.archived: list[Account] = []
        self._names: dict[object, str] = {}
        self._update: MarketUpdate | None = None
        self._end: datetime | None = None
        self._held_before: dict[str, frozenset[object]] = {}
        self._watches: dict[str, _Watch] = {}

    def command(self) -> None:
        """What came before belongs to a command that is complete."""
        self._finish_update()
        self._observe_all()
        self._end = None

    def market_update(self, update: MarketUpdate) -> None:
        """A bar or quote was applied."""
        self._finish_update()
        if self._end is not None and update.end != self._end:
            self._observe_all()
        self._update, self._end = update, update.end
        self.desk = self.desk.with_market(self.desk.market(update.symbol).opened(update))
        self._held_before = {
            name: frozenset(self.desk.accounts[name].positions.of_symbol(update.symbol))
            for name in self.desk.accounts_by_symbol.get(update.symbol, ())
        }
        for name in self._held_before:
            if self.desk.accounts[name].positions_in(update.symbol):
                self._watch(name, update.end, update.start)

    def retracted(self, update: MarketUpdate) -> None:
        """A bar or quote was applied that was retracted later: what follows is as it would be without it (R7)."""
        self._finish_update()
        self.desk = self.desk.with_market(self.desk.market(update.symbol).without_next())

    def entry(self, entry: JournalEntry) -> None:
        """An event was journaled."""
        event = entry.event
        if isinstance(event, AccountOpened):
            self._names[event.account_id] = event.name
            self.desk = self.desk.with_accounts([opened(event)])
            return
        name = self._names[entry.account_id]
        if isinstance(event, AccountHalted):
            self._finish_update()
            self._observe(name)
            if name in self._watches:
                self._watches[name].is_fixed = True
        if isinstance(event, SessionEnded):
            self._observe(name)
        account = evolve(self.desk.accounts[name], event)
        self.desk = self.desk.with_accounts([account])
        if isinstance(event, SessionEnded):
            self.archived.append(account)
            self._watches.pop(name, None)
        if isinstance(event, SignalEvent):
            self.desk = replace(self.desk.with_signal(event.signal), signals=Desk().signals)
        if isinstance(event, PositionEvent) and event.fill is not None:
            self._note_fill(name, event)

    def _note_fill(self, name: str, event: PositionEvent) -> None:
        """A fill makes an observation due: of the update's end, or of the time of the command's last fill."""
        watch = self._watches.get(name)
        if watch is not None and watch.is_fixed:
            watch.is_made = False
        elif self._update is not None:
            self._watch(name, self._update.end, self._update.start)
        else:
            known = (self.desk.accounts[name].watermarks.time, watch.time if watch else None)
            latest = max([event.occurred_at, *(time for time in known if time is not None)])
            self._watches[name] = _Watch(latest, self.desk.accounts[name].day_of(latest))

    def _watch(self, name: str, time: datetime, start: datetime) -> None:
        known, day = self._watches.get(name), self.desk.accounts[name].day_of(start)
        self._watches[name] = _Watch(time, max(day, known.day) if known else day)

    def _finish_update(self) -> None:
        update, self._update = self._update, None
        if update is None:
            return
        closed = self.desk.with_update(self.desk.market(update.symbol).closed(update), update.end)
        contexts = [DecisionContext(closed.accounts[name], closed.markets) for name in self._held_before]
        for context in contexts:
            _note_extremes(context, update, self._held_before[context.account.name])
        self.desk = closed.with_accounts(context.account for context in contexts)

    def _observe_all(self) -> None:
        for name in list(self._watches):
            self._observe(name)
        self._watches = {}

    def _observe(self, name: str) -> None:
        watch = self._watches.get(name)
        if watch is None or watch.is_made:
            return
        context = DecisionContext(self.desk.accounts[name], self.desk.markets)
        context.note_equity(watch.time, watch.day)
        self.points += context.points
        self.desk = self.desk.with_accounts([context.account])
        watch.is_made = True


def _note_extremes(context: DecisionContext, update: MarketUpdate, held_before: frozenset[object]) -> None:
    for position in context.account.positions_in(update.symbol):
        is_new = position.id not in held_before
        entered_inside = is_new and isinstance(update, Bar) and position.entry_time == update.end
        best = best_since_entry(position, update, context.best_of(position), entered_inside=entered_inside)
        if best is not None:
            context.note_extreme(position, best)


def account_faults(account: Account, desk: Desk) -> Iterator[str]:
    """The laws of an account's ledger that do not hold (R29-R31)."""
    totals, capital = account.totals, account.session.starting_capital
    valuation = Valuation.of(account, desk.markets)
    earned = totals.realized_pnl + valuation.unrealized_pnl - open_commission(account)
    if valuation.equity - capital != earned:
        yield "equity - capital is not realized + unrealized - entry commission not yet shared (R31)"
    if not account.positions and totals.realized_pnl != totals.cash - capital:
        yield "with nothing open, realized P&L is not cash - starting capital (R30)"


def position_faults(position: Position) -> Iterator[str]:
    """The laws of a position and its fills that do not hold (R28, R30)."""
    entry, *exits = position.fills
    for fill in position.fills:
        if fill.amount != amount(fill.quantity, fill.price):
            yield f"fill {fill.number}: the amount is not quantity x price (R28)"
        if fill.slippage != abs(fill.amount - amount(fill.quantity, fill.raw_price)):
            yield f"fill {fill.number}: slippage is not the difference it made (R10)"
    if position.open_quantity != entry.quantity - sum((fill.quantity for fill in exits), ZERO):
        yield "the open quantity is not what the exits have left"
    if position.realized_pnl != sum((fill.realized_pnl for fill in exits), ZERO):
        yield "realized P&L is not that of the exits (R30)"
    if not position.is_open and position.realized_pnl != _earned(position):
        yield "realized P&L is not what came in less what went out (R30)"


def _earned(position: Position) -> Decimal:
    entry, *exits = position.fills
    received = sum((fill.amount for fill in exits), ZERO)
    costs = sum((fill.commission for fill in position.fills), ZERO)
    return rounded(position.side.gain(entry.amount, received) - costs)
