"""What the desk answers, and all that a command did (R20)."""

from enum import Enum
from uuid import UUID

from domain.analytics.comparison import Backtest
from domain.engine.commands import CommandRecord
from domain.engine.events import JournalEntry, Retraction
from domain.engine.observer import SessionCurve
from domain.engine.state import Desk
from domain.engine.watch import EndedSession, RedecidedCurve
from domain.market.update import MarketUpdate
from domain.orders.signal import Signal
from domain.portfolio.trade import Trade
from domain.records import dataclass
from domain.refusals import Refusal


class InputOutcome(Enum):
    """Why a bar or quote was not applied; a duplicate is no reason for concern and is only counted (R7)."""

    LATE = "LATE"
    CONFLICT = "CONFLICT"
    INVALID = "INVALID"


class RejectionCode(Enum):
    """Why exactly a bar or quote was not applied (R1, R6, R7)."""

    LATE = "LATE"
    CONFLICT = "CONFLICT"
    INVALID_INPUT = "INVALID_INPUT"
    IN_THE_FUTURE = "IN_THE_FUTURE"
    OUT_OF_RANGE = "OUT_OF_RANGE"

    @property
    def outcome(self) -> InputOutcome:
        """What it comes to."""
        match self:
            case RejectionCode.LATE:
                return InputOutcome.LATE
            case RejectionCode.CONFLICT:
                return InputOutcome.CONFLICT
            case RejectionCode.INVALID_INPUT | RejectionCode.IN_THE_FUTURE | RejectionCode.OUT_OF_RANGE:
                return InputOutcome.INVALID


@dataclass(frozen=True, slots=True)
class RejectedInput:
    """One bar or quote that was not applied: its place in what was sent, and why."""

    index: int
    code: RejectionCode
    message: str

    @property
    def outcome(self) -> InputOutcome:
        """What it comes to."""
        return self.code.outcome


@dataclass(frozen=True, slots=True)
class Ingested:
    """What became of a batch (R7, R8); the counts and the rejected together are all that was sent."""

    applied: int = 0
    duplicate: int = 0
    fills: int = 0
    rejected: tuple[RejectedInput, ...] = ()

    def count(self, outcome: InputOutcome) -> int:
        """How many were rejected so."""
        return sum(1 for rejection in self.rejected if rejection.outcome is outcome)


@dataclass(frozen=True, slots=True)
class CommandResult:
    """The desk's answer to one command; which fields are set depends on the command.

    `closed` are the positions that a CloseAll closed, in the order of their signals.
    """

    refusal: Refusal | None = None
    signal: Signal | None = None
    replayed: bool = False
    trades: tuple[Trade, ...] = ()
    ended_session: int | None = None
    closed: tuple[UUID, ...] = ()
    ingested: Ingested | None = None
    retraction: Retraction | None = None


Fact = MarketUpdate | JournalEntry | Backtest | Retraction
"""What a command can add to history: market data, journal entries, a backtest's figures, market data taken back."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The desk after a command, and in their order the facts that led there: market data applied, and journal entries.

    `curves` are what equity curves grew by, as far as they were looked at; `archived` holds sessions that ended;
    `record` is what is to be remembered of a command that came with an id, should nothing else have come of it;
    `redecided` is what a retraction makes of curves.
    """

    desk: Desk
    result: CommandResult
    facts: tuple[Fact, ...] = ()
    curves: tuple[SessionCurve, ...] = ()
    archived: tuple[EndedSession, ...] = ()
    record: CommandRecord | None = None
    redecided: tuple[RedecidedCurve, ...] = ()
