"""What can be asked of the desk. A command carries its ids and times: the domain makes none (R2)."""

from collections.abc import Sequence
from dataclasses import field
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from domain.analytics.backtest_checks import require_backtest
from domain.analytics.comparison import Backtest
from domain.calendar import UTC_ZONE, Zone
from domain.engine.counterfactual import Counterfactual
from domain.market.update import MarketUpdate
from domain.money import HUNDRED
from domain.notation import Price
from domain.orders.amendment import PositionAmendment, SignalAmendment
from domain.orders.request import EntryType, Request
from domain.portfolio.settings import SettingsChanges
from domain.records import dataclass
from domain.refusals import Refusal
from domain.validation import (
    Invalid,
    require,
    require_above_zero,
    require_price,
    require_symbol,
    require_up_to,
    require_utc,
)


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
    """Close a position by hand, all of it or a quantity or percent of what is open (R27).

    `signal_id` is the client's, where that named the position: by either name it is the same command (R5).
    """

    account: str
    position_id: UUID
    market_price: Price | None = None
    timestamp: datetime | None = None
    command_id: CommandId | None = None
    quantity: Decimal | None = None
    percent: Decimal | None = None
    signal_id: UUID | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        if self.market_price is not None:
            require_price("market_price", self.market_price)
        if self.timestamp is not None:
            require_utc("timestamp", self.timestamp)
        require(self.quantity is None or self.percent is None, "give quantity or percent, not both (R27)", "percent")
        if self.quantity is not None:
            require_above_zero("quantity", self.quantity)
        if self.percent is not None:
            require_up_to("percent", self.percent, HUNDRED)


@dataclass(frozen=True, slots=True)
class CloseAll:
    """Close all that is open, at the last prices, or what is open of one symbol, which may have a price (R27)."""

    account: str
    symbol: str | None = None
    timestamp: datetime | None = None
    command_id: CommandId | None = None
    market_price: Price | None = None

    def __post_init__(self) -> None:
        if self.symbol is not None:
            require_symbol(self.symbol)
        if self.market_price is not None:
            require(self.symbol is not None, "`market_price` is of one `symbol`: say which (R27)", "market_price")
            require_price("market_price", self.market_price)
        if self.timestamp is not None:
            require_utc("timestamp", self.timestamp)


@dataclass(frozen=True, slots=True)
class AmendSignal:
    """Change a working signal (R41), named by the desk's id.

    `as_of` numbers the entry of the account's journal up to which its sender knows it: changed since, it is refused.
    """

    account: str
    id: UUID
    signal_id: UUID
    amendment: SignalAmendment
    timestamp: datetime | None = None
    as_of: int | None = None
    command_id: CommandId | None = None

    def __post_init__(self) -> None:
        if self.timestamp is not None:
            require_utc("timestamp", self.timestamp)


@dataclass(frozen=True, slots=True)
class AmendPosition:
    """Change an open position's levels, expiry, campaign or note (R41).

    `as_of` is as an AmendSignal's, `signal_id` as a ClosePosition's.
    """

    account: str
    position_id: UUID
    amendment: PositionAmendment
    timestamp: datetime | None = None
    as_of: int | None = None
    signal_id: UUID | None = field(default=None, compare=False)
    command_id: CommandId | None = None

    def __post_init__(self) -> None:
        if self.timestamp is not None:
            require_utc("timestamp", self.timestamp)


@dataclass(frozen=True, slots=True)
class ReversePosition:
    """Close a position, and open the other side by a new signal: both or neither (R41).

    `signal_id` is as a ClosePosition's; the command happens once by the signal's own id.
    """

    account: str
    position_id: UUID
    signal: ExecuteSignal
    signal_id: UUID | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        own = self.signal
        require(own.account == self.account, "the signal is of the same account", "signal.account")
        require(own.request.entry is EntryType.MARKET, "a reversal enters at the market (R41)", "signal.entry")


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


IdentifiedCommand = (
    Reset | UpdateSettings | Resume | CancelSignal | ClosePosition | CloseAll | AmendSignal | AmendPosition
)
"""What may come with an id, and then happens once (R5); a signal always does."""

AccountCommand = IdentifiedCommand | Enable | Disable | ExecuteSignal | ReversePosition
Command = AccountCommand | Ingest | RetractMarketData | RecordBacktest


def own_id(command: Command) -> UUID | None:
    """The desk's id of a command that happens once (R5), which for a signal is that of the signal."""
    match command:
        case ExecuteSignal():
            return command.id
        case ReversePosition():
            return command.signal.id
        case Ingest() | RetractMarketData() | RecordBacktest() | Enable() | Disable():
            return None
        case _:
            return None if command.command_id is None else command.command_id.key


def named_signal(command: Command) -> UUID | None:
    """The desk's id of the signal, or of its position, that a command is about; one that is new names none."""
    match command:
        case CancelSignal() | AmendSignal():
            return command.id
        case ClosePosition() | AmendPosition() | ReversePosition():
            return command.position_id
        case _:
            return None


@dataclass(frozen=True, slots=True)
class CommandRecord:
    """A command that came with an id, and the first decision about it (R5); `closed` are the positions that a CloseAll
    closed."""

    command: IdentifiedCommand
    refusal: Refusal | None = None
    ended_session: int | None = None
    closed: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Times:
    """When a command is decided: the wall clock, which is when it is recorded, and the desk's clock (R2).

    `zone` is the account's timezone, resolved, for a session that the command begins (R34).
    """

    recorded_at: datetime
    clock: datetime
    zone: Zone = UTC_ZONE
