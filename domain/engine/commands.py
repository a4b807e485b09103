"""What can be asked of the desk. A command carries its ids and times: the domain makes none (R2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.analytics.backtest_checks import require_backtest
from domain.analytics.comparison import Backtest
from domain.calendar import UTC_ZONE, Zone
from domain.engine.counterfactual import Counterfactual
from domain.market.update import MarketUpdate
from domain.notation import Price
from domain.orders.signal import Request
from domain.portfolio.settings import SettingsChanges
from domain.refusals import Refusal
from domain.validation import Invalid, require_price, require_utc


@dataclass(frozen=True, slots=True)
class CommandId:
    """What a client calls a command that is to happen once (R5).

    `key` is the desk's id for it, made from the account and what was sent: no signal of it has the same.
    """

    key: UUID
    sent: UUID


@dataclass(frozen=True, slots=True)
class Enable:
    """Create an account, or turn a disabled one on (R35)."""

    account: str
    account_id: UUID
    settings: SettingsChanges | None = None


@dataclass(frozen=True, slots=True)
class Disable:
    """Cancel what works, close everything, refuse new signals (R35)."""

    account: str


@dataclass(frozen=True, slots=True)
class Reset:
    """End a session and start the next; with `session` given, that one only (R35)."""

    account: str
    settings: SettingsChanges | None = None
    session: int | None = None
    command_id: CommandId | None = None


@dataclass(frozen=True, slots=True)
class UpdateSettings:
    """Change settings from here on; starting capital and timezone take effect at the next reset."""

    account: str
    settings: SettingsChanges
    command_id: CommandId | None = None


@dataclass(frozen=True, slots=True)
class Resume:
    """Lift a halt (R34)."""

    account: str
    command_id: CommandId | None = None


@dataclass(frozen=True, slots=True)
class ExecuteSignal:
    """Decide a signal. `id` is the desk's for it, made from the account's name and `signal_id`."""

    account: str
    id: UUID
    signal_id: UUID
    request: Request


@dataclass(frozen=True, slots=True)
class CancelSignal:
    """Cancel a working signal (R16), named by the desk's id."""

    account: str
    id: UUID
    signal_id: UUID
    command_id: CommandId | None = None


@dataclass(frozen=True, slots=True)
class ClosePosition:
    """Close a position by hand (R27)."""

    account: str
    position_id: UUID
    market_price: Price | None = None
    timestamp: datetime | None = None
    command_id: CommandId | None = None

    def __post_init__(self) -> None:
        if self.market_price is not None:
            require_price("market_price", self.market_price)
        if self.timestamp is not None:
            require_utc("timestamp", self.timestamp)


@dataclass(frozen=True, slots=True)
class Ingest:
    """Apply market data, all of it in one step (R8); what could not even be read stands as the reason why."""

    updates: Sequence[MarketUpdate | Invalid]


@dataclass(frozen=True, slots=True)
class RetractMarketData:
    """Take back a symbol's bars that end after `since`, and its quotes from then on (R7)."""

    symbol: str
    since: datetime
    without: Counterfactual

    def __post_init__(self) -> None:
        require_utc("since", self.since)


@dataclass(frozen=True, slots=True)
class RecordBacktest:
    """Keep a backtest's figures, and its trades and curve where they are known, to compare paper with (R39, R40)."""

    backtest: Backtest

    def __post_init__(self) -> None:
        require_backtest(self.backtest)


IdentifiedCommand = Reset | UpdateSettings | Resume | CancelSignal | ClosePosition
"""What may come with an id, and then happens once (R5); a signal always does."""

AccountCommand = Enable | Disable | Reset | UpdateSettings | Resume | ExecuteSignal | CancelSignal | ClosePosition
Command = AccountCommand | Ingest | RetractMarketData | RecordBacktest


def own_id(command: Command) -> UUID | None:
    """The desk's id of a command that happens once (R5), which for a signal is that of the signal."""
    match command:
        case ExecuteSignal():
            return command.id
        case Ingest() | RetractMarketData() | RecordBacktest() | Enable() | Disable():
            return None
        case _:
            return None if command.command_id is None else command.command_id.key


def named_signal(command: Command) -> UUID | None:
    """The desk's id of the signal, or of its position, that a command is about; one that is new names none."""
    match command:
        case CancelSignal():
            return command.id
        case ClosePosition():
            return command.position_id
        case _:
            return None


@dataclass(frozen=True, slots=True)
class CommandRecord:
    """A command that came with an id, and the first decision about it (R5)."""

    command: IdentifiedCommand
    refusal: Refusal | None = None
    ended_session: int | None = None


@dataclass(frozen=True, slots=True)
class Times:
    """When a command is decided: the wall clock, which is when it is recorded, and the desk's clock (R2).

    `zone` is the account's timezone, resolved, for a session that the command begins (R34).
    """

    recorded_at: datetime
    clock: datetime
    zone: Zone = UTC_ZONE
