"""What clients send of signals. Each input makes its command; nonsense raises Invalid."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from functools import partial
from uuid import UUID, uuid4

import strawberry

from api.codec.ids import signal_key
from api.graphql.amendments import AMENDED_AT, IF_CURSOR, amendment_from_input, known_seq
from api.graphql.enums import AssetClass, Pattern, Side
from api.graphql.input_fields import ACCOUNT, ONCE, command_id, optional, record_from_input, required, sent
from api.graphql.positions.inputs import position_key
from api.graphql.signals.enums import EntryType, SignalStatus, TimeInForce
from api.graphql.trailing_stops import TrailingStopInput
from domain.engine.commands import AmendSignal, CancelSignal, ExecuteSignal, ReversePosition
from domain.orders.amendment import SignalAmendment
from domain.orders.request import Request
from domain.orders.trailing_stop import TrailingStop
from domain.portfolio.history_filter import HistoryFilter
from domain.validation import Invalid, within

MOST_SIGNALS = 500
"""How many signals are taken at once."""


@strawberry.input(description="A trading signal. Prices are in USD; times need an offset from UTC.")
class ExecuteSignalInput:
    """A Request, with its account and id."""

    symbol: str = required("The ticker, e.g. AAPL or EURUSD; capitals.")
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
    time_in_force: TimeInForce | None = optional("How long it may wait; default: GTD with goodUntil, else GTC.", None)
    market_price: Decimal | None = optional("The price you see now; for MARKET only.", None)
    stop_loss: Decimal | None = optional(
        "Where the position is given up. Without a stop, quantity is needed, and all of its amount is at risk.", None
    )
    target1: Decimal | None = optional("Where part of it, or without target2 all of it, takes profit.", None)
    target2: Decimal | None = optional("Where the rest takes profit; it needs a first target.", None)
    stop_distance: Decimal | None = optional("The stop, so far from the fill's price; in place of stopLoss.", None)
    stop_percent: Decimal | None = optional("The same, in percent of the fill's price.", None)
    target1_r: Decimal | None = optional(
        "The first target, as a multiple of the fill less the stop, from the fill; in place of target1.", None
    )
    target2_r: Decimal | None = optional("The second target, likewise; in place of target2.", None)
    quantity: Decimal | None = optional("How much; or give riskPercent.", None)
    risk_percent: Decimal | None = optional("Size so that this percent of equity is at risk; or give quantity.", None)
    scale_out_percent: Decimal | None = optional("How much exits at target 1; default: the account's setting.", None)
    break_even_after_target1: bool | None = optional(
        "Whether the stop moves to the entry price after target 1; default: the account's setting.", None
    )
    trailing_stop: TrailingStopInput | None = optional(
        "A stop that follows the price. Where no other is given and it begins at once, it is the first.", None
    )
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


@strawberry.input(description="Change a working signal. What is left out stays; null takes away what may be absent.")
class AmendSignalInput:
    signal_id: UUID = required("The id the signal was sent with.")
    account: str = optional(ACCOUNT, "default")
    id: UUID | None = optional(ONCE)
    if_cursor: str | None = optional(IF_CURSOR)
    timestamp: datetime | None = optional(AMENDED_AT)
    entry_price: Decimal | None = optional("For LIMIT and STOP, and only for those.")
    stop_loss: Decimal | None = optional("Where the position is given up.")
    target1: Decimal | None = optional("Where part of it, or without target2 all of it, takes profit.")
    target2: Decimal | None = optional("Where the rest takes profit.")
    stop_distance: Decimal | None = optional("The stop, so far from the fill's price; in place of stopLoss.")
    stop_percent: Decimal | None = optional("The same, in percent of the fill's price.")
    target1_r: Decimal | None = optional("The first target, as a multiple of the fill less the stop, from the fill.")
    target2_r: Decimal | None = optional("The second target, likewise.")
    trailing_stop: TrailingStopInput | None = optional("A stop that follows the price.")
    quantity: Decimal | None = optional("How much; it takes the place of a riskPercent.")
    risk_percent: Decimal | None = optional("Size so that this percent of equity is at risk, in place of a quantity.")
    good_until: datetime | None = optional("When it expires, if it still waits.")
    expires_at: datetime | None = optional("When its position is closed at the latest.")
    campaign_id: str | None = optional("The campaign whose risk limit it shares.")
    note: str | None = optional("For your records: free text, up to 500 characters.")

    def command(self) -> AmendSignal:
        """The command. Raises Invalid."""
        return AmendSignal(
            self.account,
            signal_key(self.account, self.signal_id),
            self.signal_id,
            amendment_from_input(SignalAmendment, self),
            sent(self.timestamp),
            known_seq(self.account, self.if_cursor),
            command_id(self.account, sent(self.id)),
        )


@strawberry.input(
    description="Close a position and open the other side. It is named by one of positionId and signalId."
)
class ReversePositionInput:
    signal: ExecuteSignalInput = required(
        "What opens the other side: at the market, in the same symbol and account. Its id makes it happen once."
    )
    position_id: strawberry.ID | None = optional("The position's id.", None)
    signal_id: UUID | None = optional("The id of the signal that opened it.", None)
    account: str = optional(ACCOUNT, "default")

    def command(self) -> ReversePosition:
        """The command, under the signal's id or a new one, which the input has then. Raises Invalid."""
        self.signal.id = self.signal.id or uuid4()
        key = position_key(self.account, self.position_id, self.signal_id)
        with within("signal"):
            signal = self.signal.command(self.signal.id)
        return ReversePosition(self.account, key, signal, self.signal_id)


@strawberry.input(description="Which signals to list.")
class SignalFilter:
    """Signals that meet all of these."""

    status: SignalStatus | None = optional("Only those with this status.", None)
    symbols: list[str] | None = optional("Only these symbols.", None)
    session: int | None = optional("The session; default: the current one.", None)
    side: Side | None = optional("Only this side.", None)
    campaign_id: str | None = optional("Only this campaign.", None)
    from_: datetime | None = strawberry.field(
        name="from", description="Only those with a timestamp at or after this time.", default=None
    )
    to: datetime | None = optional("Only those with a timestamp before this time.", None)

    def history_filter(self) -> HistoryFilter:
        """Which signals the filter takes."""
        return HistoryFilter(
            session=self.session,
            symbols=self.symbols,
            campaign_id=self.campaign_id,
            status=self.status,
            side=self.side,
            since=self.from_,
            until=self.to,
        )
