"""Signals: what a strategy sends, and what became of it (R5, R13-R16)."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from uuid import UUID

from domain.instruments import AssetClass
from domain.money import HUNDRED, ZERO, amount, is_multiple, plain, product
from domain.notation import Price
from domain.orders.side import Pattern, Side
from domain.refusals import Refusal
from domain.validation import (
    require,
    require_amount,
    require_between,
    require_note,
    require_price,
    require_symbol,
    require_text,
    require_utc,
)


class EntryType(Enum):
    """How a signal enters (R15)."""

    MARKET = "MARKET"
    NEXT_OPEN = "NEXT_OPEN"
    LIMIT = "LIMIT"
    STOP = "STOP"

    @property
    def has_price(self) -> bool:
        """Whether it enters at a price of its own."""
        return self in (EntryType.LIMIT, EntryType.STOP)

    @property
    def slips(self) -> bool:
        """Whether its fill pays slippage (R10)."""
        return self is not EntryType.LIMIT


class SignalStatus(Enum):
    """What became of a signal (R16): WORKING may become any other, and no other becomes anything."""

    WORKING = "WORKING"
    EXECUTED = "EXECUTED"
    REJECTED = "REJECTED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"


@dataclass(frozen=True, slots=True)
class TrailingStop:
    """Once the best price since entry has reached `activation`, the stop follows it at the distance `offset` (R26)."""

    activation: Price
    offset: Price

    def __post_init__(self) -> None:
        require_price("trailing_stop.activation", self.activation)
        require_price("trailing_stop.offset", self.offset)


@dataclass(frozen=True, slots=True)
class Request:
    """A signal as it was sent, before the desk's defaults; None is what was left out."""

    symbol: str
    stop_loss: Price
    target1: Price
    target2: Price | None = None
    asset_class: AssetClass = AssetClass.STOCK
    side: Side | None = None
    pattern: Pattern | None = None
    phase: str | None = None
    timeframe: str | None = None
    confidence: Decimal | None = None
    source: str | None = None
    campaign_id: str | None = None
    note: str | None = None
    timestamp: datetime | None = None
    entry: EntryType = EntryType.MARKET
    entry_price: Price | None = None
    good_until: datetime | None = None
    market_price: Price | None = None
    quantity: Decimal | None = None
    risk_percent: Decimal | None = None
    scale_out_percent: Decimal | None = None
    break_even_after_target1: bool | None = None
    trailing_stop: TrailingStop | None = None
    expires_at: datetime | None = None

    def __post_init__(self) -> None:
        require_symbol(self.symbol)
        self._require_prices()
        self._require_size()
        self._require_entry()
        for name in ("phase", "timeframe", "source"):
            require_text(name, getattr(self, name))
        require_text("campaign_id", self.campaign_id)
        require_note("note", self.note)
        for name, time in (
            ("timestamp", self.timestamp),
            ("good_until", self.good_until),
            ("expires_at", self.expires_at),
        ):
            if time is not None:
                require_utc(name, time)
        require(
            self.side is not None or self.pattern is not None, "give side, or a pattern that implies it (R13)", "side"
        )

    def _require_prices(self) -> None:
        for name, price in (
            ("stop_loss", self.stop_loss),
            ("target1", self.target1),
            ("target2", self.target2),
            ("entry_price", self.entry_price),
            ("market_price", self.market_price),
        ):
            if price is not None:
                require_price(name, price)
        for name, percent in (("confidence", self.confidence), ("scale_out_percent", self.scale_out_percent)):
            if percent is not None:
                require_between(name, percent, ZERO, HUNDRED)

    def _require_size(self) -> None:
        both_or_neither = (self.quantity is None) == (self.risk_percent is None)
        require(not both_or_neither, "give exactly one of quantity and `risk_percent` (R17)", "quantity")
        if self.risk_percent is not None:
            require_between("risk_percent", self.risk_percent, ZERO, HUNDRED)
            require(self.risk_percent > ZERO, "`risk_percent` must be above 0", "risk_percent")
        if self.quantity is not None:
            step = self.asset_class.step
            require_amount("quantity", self.quantity, at_least=ZERO)
            require(self.quantity > ZERO, "quantity must be above 0", "quantity")
            require(
                is_multiple(self.quantity, step),
                f"quantity of a {self.asset_class.value} must be a multiple of {plain(step)}",
                "quantity",
            )

    def _require_entry(self) -> None:
        entry = self.entry
        if entry.has_price:
            require(self.entry_price is not None, f"entry {entry.value} needs an `entry_price`", "entry_price")
        else:
            require(self.entry_price is None, f"entry {entry.value} takes no `entry_price`", "entry_price")
        if entry is EntryType.MARKET:
            require(self.good_until is None, "entry MARKET fills at once and takes no `good_until`", "good_until")
        else:
            require(self.market_price is None, f"entry {entry.value} takes no `market_price`", "market_price")

    @property
    def resolved_side(self) -> Side:
        """The side given, else the one that the pattern implies (R13)."""
        if self.side is not None:
            return self.side
        assert self.pattern is not None  # noqa: S101 - the constructor saw to it
        return self.pattern.side


@dataclass(frozen=True, slots=True)
class ExitPlan:
    """What was fixed about the exits when the signal was accepted."""

    scale_out_percent: Decimal
    break_even_after_target1: bool
    trailing_stop: TrailingStop | None
    expires_at: datetime | None
    max_holding_days: int | None


@dataclass(frozen=True, slots=True)
class Signal:
    """A signal and its outcome. `id` is the desk's, shared by its position and its trade; `signal_id` the client's.

    `quantity` is the size sent or, once accepted, sized; `reserved_price` is what a working signal reserves at (R16);
    `number` counts the account's signals in the order in which they were decided.
    """

    id: UUID
    signal_id: UUID
    account_id: UUID
    session: int
    number: int
    request: Request
    side: Side
    status: SignalStatus
    timestamp: datetime
    recorded_at: datetime
    plan: ExitPlan
    quantity: Decimal | None = None
    reserved_price: Decimal | None = None
    refusal: Refusal | None = None

    @property
    def reserved_risk(self) -> Decimal:
        """The risk it holds while it works: |entry price - stop| x quantity, unrounded (R16)."""
        if self.reserved_price is None or self.quantity is None:
            return ZERO
        return product(abs(self.reserved_price - self.request.stop_loss), self.quantity)

    @property
    def reserved_notional(self) -> Decimal:
        """The buying power it holds while it works (R16)."""
        if self.reserved_price is None or self.quantity is None:
            return ZERO
        return amount(self.quantity, self.reserved_price)
