"""One account's state in its current session."""

from datetime import date, datetime
from uuid import UUID

from domain.orders.signal import Signal
from domain.portfolio.ledger_totals import LedgerTotals
from domain.portfolio.open_positions import OpenPositions
from domain.portfolio.session import Session
from domain.portfolio.settings import Settings
from domain.portfolio.working_signals import WorkingSignals
from domain.records import dataclass, replace


@dataclass(frozen=True, slots=True)
class Account:
    """One account in its current session. `positions` are the open ones, `working` the signals that wait, both by id.

    `seq` counts the account's journal events, `signal_count` its signals.
    """

    id: UUID
    name: str
    settings: Settings
    enabled: bool
    halt_reason: str | None
    session: Session
    totals: LedgerTotals
    positions: OpenPositions
    working: WorkingSignals
    seq: int = 0
    signal_count: int = 0

    def day_of(self, moment: datetime) -> date:
        """The day of its session that a market time belongs to (R34)."""
        return self.session.zone.day_of(moment)

    @property
    def symbols(self) -> frozenset[str]:
        """The symbols that it holds, or has a working signal for."""
        return self.positions.symbols | self.working.symbols

    def without(self, signal: Signal) -> "Account":
        """This account with what a signal reserved released (R16)."""
        return replace(self, working=self.working.without(signal))
