"""What clients send of signals. Each input makes its command; nonsense raises Invalid."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from functools import partial
from uuid import UUID, uuid4

import strawberry

from api.codec.ids import signal_key
from api.graphql.enums import AssetClass, Pattern, Side
from api.graphql.input_fields import ACCOUNT, ONCE, command_id, optional, record_from_input, required
from api.graphql.signals.enums import EntryType, SignalStatus
from domain.engine.commands import CancelSignal, ExecuteSignal
from domain.orders.signal import Request, TrailingStop
from domain.portfolio.history_filter import HistoryFilter
from domain.validation import Invalid

MOST_SIGNALS = 500
"""How many signals are taken at once."""


@strawberry.input(description="A stop that follows the price.")
class TrailingStopInput:
    activation: Decimal = required("The price at which the stop begins to follow.")
    offset: Decimal = required("How far behind the best price it follows.")


@strawberry.input(description="A trading signal. Prices are in USD; times need an offset from UTC.")
class ExecuteSignalInput:
    """A Request, with its account and id."""

    symbol: str = required("The ticker, e.g. AAPL or EURUSD; capitals.")
    stop_loss: Decimal = required("Where the position is given up.")
    target1: Decimal = required("Where part of it, or without target2 all of it, takes profit.")
    account: str = optional(ACCOUNT, "default")
    id: UUID | None = optional(
        "The idempotency key: sent again with the same content, it gives the first answer and does nothing. "
        "Without one, an id is made and returned.",
        None,
    )
    asset_class: AssetClass = optional("What kind of thing the symbol is.", AssetClass.STOCK)
    side: Side | None = optional("LONG or SHORT; may be left to the pattern.", None)
    pattern: Pattern | None = optional("The Wyckoff pattern; it implies the side.", None)
    phase: str | None = optional("For your records, e.g. the Wyckoff phase.", None)
    timeframe: str | None = optional("For your records, e.g. 1d.", None)
    confidence: Decimal | None = optional("For your records, 0 to 100.", None)
    source: str | None = optional("For your records: what sent it.", None)
    campaign_id: str | None = optional("Signals of one campaign share a risk limit.", None)
    note: str | None = optional("For your records: free text, up to 500 characters.", None)
    timestamp: datetime | None = optional("Market time of the signal; default: the desk's clock.", None)
    entry: EntryType = optional("How to enter.", EntryType.MARKET)
    entry_price: Decimal | None = optional("For LIMIT and STOP, and only for those.", None)
    good_until: datetime | None = optional("When a waiting signal expires; default: never. Not for MARKET.", None)
    market_price: Decimal | None = optional("The price you see now; for MARKET only.", None)
    target2: Decimal | None = optional("Where the rest takes profit.", None)
    quantity: Decimal | None = optional("How much; or give riskPercent.", None)
    risk_percent: Decimal | None = optional("Size so that this percent of equity is at risk; or give quantity.", None)
    scale_out_percent: Decimal | None = optional("How much exits at target 1; default: the account's setting.", None)
    break_even_after_target1: bool | None = optional(
        "Whether the stop moves to the entry price after target 1; default: the account's setting.", None
    )
    trailing_stop: TrailingStopInput | None = optional("A stop that follows the price.", None)
    expires_at: datetime | None = optional("When the position is closed at the latest.", None)

    def request(self) -> Request:
        """The domain's request. Raises Invalid."""
        trailing = None if self.trailing_stop is None else record_from_input(TrailingStop, self.trailing_stop)
        return record_from_input(Request, self, trailing_stop=trailing)

    def command(self, signal_id: UUID) -> ExecuteSignal:
        """The command of a signal with this id. Raises Invalid."""
        return ExecuteSignal(self.account, signal_key(self.account, signal_id), signal_id, self.request())


@strawberry.input(description="Signals to send at once, of any accounts.")
class ExecuteSignalsInput:
    """Inputs of signals."""

    signals: list[ExecuteSignalInput] = required(f"From 1 to {MOST_SIGNALS}, in the order in which they are decided.")

    def commands(self) -> list[Callable[[], ExecuteSignal]]:
        """What makes the command of each signal, under its id or a new one. Raises Invalid."""
        if not 0 < len(self.signals) <= MOST_SIGNALS:
            raise Invalid(f"signals must be from 1 to {MOST_SIGNALS}, not {len(self.signals)}", "signals")
        return [partial(signal.command, signal.id or uuid4()) for signal in self.signals]


@strawberry.input(description="Cancel a working signal.")
class CancelSignalInput:
    signal_id: UUID = required("The id the signal was sent with.")
    account: str = optional(ACCOUNT, "default")
    id: UUID | None = optional(ONCE, None)

    def command(self) -> CancelSignal:
        """The command."""
        key = signal_key(self.account, self.signal_id)
        return CancelSignal(self.account, key, self.signal_id, command_id(self.account, self.id))


@strawberry.input(description="Which signals to list.")
class SignalFilter:
    """Signals that meet all of these."""

    status: SignalStatus | None = optional("Only those with this status.", None)
    symbols: list[str] | None = optional("Only these symbols.", None)
    session: int | None = optional("The session; default: the current one.", None)

    def history_filter(self) -> HistoryFilter:
        """Which signals the filter takes."""
        return HistoryFilter(session=self.session, symbols=self.symbols, status=self.status)
