"""Auditing a desk: its history folded again, and the laws of its ledger (R28-R32).

`Fold` works out, from the facts that were recorded, the state that the live desk must have, and equity curves, which no
event holds: it observes every account that holds anything after every group of bars, as R37 says it.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal

from domain.engine.events import (
    AccountHalted,
    AccountOpened,
    AccountResumed,
    Event,
    JournalEntry,
    PositionEvent,
    SessionEnded,
    SessionStarted,
    SignalEvent,
)
from domain.engine.evolve import evolve, opened
from domain.engine.observer import SessionCurve
from domain.engine.state import Desk
from domain.engine.watch import EndedSession, Watch
from domain.market.state import Market
from domain.market.update import MarketUpdate
from domain.money import ZERO, amount, rounded, units_of
from domain.portfolio.account import Account
from domain.portfolio.position import Position
from domain.portfolio.valuation import Markets, Valuation, equity, open_commission
from domain.records import dataclass, replace


@dataclass(slots=True)
class _Observation:
    """An observation of an account that is due: at what time, of which day, and whether it has been made.

    `is_fixed` once the account was halted at it: fills that follow, of its ruin, belong to this observation too.
    """

    time: datetime
    day: date
    is_made: bool = False
    is_fixed: bool = False


class Fold:
    """The desk's state and curves, worked out from its facts in the order in which they were recorded.

    Call `command` where a command begins, then `market_update`, `retracted` and `entry` for its facts, and `command`
    once more at the end. `archived` are sessions that ended, `curves` what curves grew by.
    """

    def __init__(self) -> None:
        self.desk = Desk()
        self.curves: list[SessionCurve] = []
        self.archived: list[EndedSession] = []
        self._names: dict[object, str] = {}
        self._watches: dict[str, Watch] = {}
        self._holders: dict[str, set[str]] = {}
        self._update: MarketUpdate | None = None
        self._before = Market("")
        self._end: datetime | None = None
        self._due: dict[str, _Observation] = {}

    @property
    def watches(self) -> Mapping[str, Watch]:
        """What is known of accounts' equity, by their names."""
        return self._watches

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
        self._before = self.desk.market(update.symbol)
        self.desk = self.desk.with_market(self._before.opened(update))
        for name in self._holders.get(update.symbol, ()):
            self._expect(name, update.end, update.start)

    def retracted(self, update: MarketUpdate) -> None:
        """A bar or quote was applied that was retracted later: what follows is as it would be without it (R7)."""
        self._finish_update()
        self.desk = self.desk.with_market(self.desk.market(update.symbol).without_next())

    def entry(self, entry: JournalEntry) -> None:
        """An event was journaled."""
        event = entry.event
        if isinstance(event, AccountOpened):
            self._names[event.account_id] = event.name
            self._put(opened(event))
            self._watches[event.name] = Watch.start(event.session, 0)
            return
        name = self._names[entry.account_id]
        if isinstance(event, AccountHalted):
            self._finish_update()
            self._observe(name)
            if name in self._due:
                self._due[name].is_fixed = True
        if isinstance(event, SessionEnded):
            self._observe(name)
        account = evolve(self.desk.accounts[name], event)
        self._put(account)
        self._follow(name, account, event)

    def _follow(self, name: str, account: Account, event: Event) -> None:
        """What an event means for what is known of an account's equity, and of the desk."""
        match event:
            case SessionEnded():
                self.archived.append(EndedSession(account, self._watches[name]))
                self._due.pop(name, None)
            case SessionStarted(session):
                self._watches[name] = Watch.start(session, 0)
            case AccountResumed(worth):
                self._watches[name] = self._watches[name].resumed(worth)
            case SignalEvent(signal):
                self.desk = replace(self.desk.with_signal(signal), signals=Desk().signals)
            case PositionEvent() if event.fill is not None:
                self._note_holder(name, event.position.symbol)
                self._note_fill(name, event)
            case _:
                pass

    def _put(self, account: Account) -> None:
        self.desk = replace(self.desk, accounts=self.desk.accounts.with_items({account.name: account}))

    def _note_holder(self, name: str, symbol: str) -> None:
        holders = self._holders.setdefault(symbol, set())
        if self.desk.accounts[name].positions.of_symbol(symbol):
            holders.add(name)
        else:
            holders.discard(name)

    def _note_fill(self, name: str, event: PositionEvent) -> None:
        """A fill makes an observation due: of the update's end, or of the time of the command's last fill."""
        due = self._due.get(name)
        if due is not None and due.is_fixed:
            due.is_made = False
        elif self._update is not None:
            self._expect(name, self._update.end, self._update.start)
        else:
            known = (self._watches[name].watermarks.time, due.time if due else None)
            latest = max([event.occurred_at, *(time for time in known if time is not None)])
            self._due[name] = _Observation(latest, self.desk.accounts[name].day_of(latest))

    def _expect(self, name: str, time: datetime, start: datetime) -> None:
        known, day = self._due.get(name), self.desk.accounts[name].day_of(start)
        self._due[name] = _Observation(time, max(day, known.day) if known else day)

    def _finish_update(self) -> None:
        update, self._update = self._update, None
        if update is not None:
            self.desk = self.desk.with_updates({update.symbol: self._before.passed(update)}, update.end)

    def _observe_all(self) -> None:
        for name in list(self._due):
            self._observe(name)
        self._due = {}

    def _observe(self, name: str) -> None:
        due = self._due.get(name)
        if due is None or due.is_made:
            return
        account = self.desk.accounts[name]
        worth = units_of(equity(account, self.desk.markets))
        self._watches[name], growth = self._watches[name].with_point(due.time, due.day, worth)
        self.curves.append(SessionCurve(account.id, account.session.number, growth))
        due.is_made = True


def account_faults(account: Account, markets: Markets) -> Iterator[str]:
    """The laws of an account's ledger that do not hold (R29-R31)."""
    totals, capital = account.totals, account.session.starting_capital
    valuation = Valuation.of(account, markets)
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
