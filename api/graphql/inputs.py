"""What clients send. Each input knows the command, or the part of one, that it means; nonsense raises Invalid."""

from dataclasses import fields
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

import strawberry
from strawberry import UNSET

from api.codec.zones import require_timezone
from api.graphql.enums import ExitReason
from api.graphql.execution.list_inputs import with_lists
from domain.instruments import AssetClass
from domain.market.bar import Bar
from domain.market.quote import Quote
from domain.notation import with_prices_read
from domain.orders.costs import (
    BasisPointsCommission,
    Commission,
    PercentSlippage,
    PerOrderCommission,
    PerShareCommission,
    PerShareSlippage,
    Slippage,
    VolumeShareSlippage,
)
from domain.orders.side import Pattern, Side
from domain.orders.signal import EntryType, Request, SignalStatus, TrailingStop
from domain.portfolio.settings import IntrabarPolicy, SettingsChanges
from domain.validation import require

Record = TypeVar("Record")


def optional(text: str, default: Any = UNSET) -> Any:
    """A field that may be left out, with its description."""
    return strawberry.field(description=text, default=default)


def required(text: str) -> Any:
    """A field that must be sent, with its description."""
    return strawberry.field(description=text)


def record_of(kind: type[Record], given: object, **others: object) -> Record:
    """A record of the domain from an input's fields of the same names, its prices read as R1 says. Raises Invalid."""
    declared: Any = kind
    values = {field.name: getattr(given, field.name) for field in fields(declared) if field.name not in others}
    return kind(**with_prices_read(kind, values), **others)


_ACCOUNT = "The account's name."
_ONCE = (
    "The idempotency key, unique among the ids of the account's signals and commands: sent again with the same "
    "content, it gets the first answer and does nothing."
)


@strawberry.input(description="Slippage in proportion to how much of a bar's volume a fill takes.")
class VolumeShareInput:
    volume_limit: Decimal = optional("The largest share of volume that counts, 0 to 1.", Decimal("0.025"))
    price_impact: Decimal = optional("The factor of the squared share, 0 to 0.5.", Decimal("0.1"))


@strawberry.input(one_of=True, description='How fills slip. For none: percent "0".')
class SlippageInput:
    """Exactly one model."""

    percent: Decimal | None = optional("Percent of the price, 0 to 50.")
    per_share: Decimal | None = optional("A fixed sum in USD per unit.")
    volume_share: VolumeShareInput | None = optional("By share of volume, as in QuantConnect LEAN.")

    def model(self) -> Slippage:
        """The domain's model."""
        if self.volume_share:
            return VolumeShareSlippage(self.volume_share.volume_limit, self.volume_share.price_impact)
        if self.per_share is not UNSET and self.per_share is not None:
            return PerShareSlippage(self.per_share)
        return PercentSlippage(self.percent or Decimal(0))


@strawberry.input(description="Commission by the unit.")
class PerShareCommissionInput:
    rate: Decimal = required("USD per unit.")
    minimum: Decimal | None = optional("The least a fill costs, in USD.", None)
    maximum_percent: Decimal | None = optional("The most a fill costs, in percent of its amount; the cap wins.", None)


@strawberry.input(one_of=True, description='What a fill costs. For nothing: perOrder "0".')
class CommissionInput:
    """Exactly one model."""

    per_share: PerShareCommissionInput | None = optional("By the unit.")
    basis_points: Decimal | None = optional("Hundredths of a percent of a fill's amount.")
    per_order: Decimal | None = optional("A fixed sum in USD per fill.")

    def model(self) -> Commission:
        """The domain's model."""
        if self.per_share:
            each = self.per_share
            return PerShareCommission(each.rate, each.minimum, each.maximum_percent)
        if self.basis_points is not UNSET and self.basis_points is not None:
            return BasisPointsCommission(self.basis_points)
        return PerOrderCommission(self.per_order or Decimal(0))


@strawberry.input(description="Settings to change: what is absent keeps its value, null restores the default.")
class SettingsInput:
    """Changes to Settings."""

    starting_capital: Decimal | None = optional(
        "USD, 1 000 to 100 000 000; default 100 000. Takes effect at the first enable and at reset."
    )
    use_realistic_fills: bool | None = optional("Whether fills slip and cost commission; default true.")
    slippage: SlippageInput | None = optional("How fills slip; default percent 0.02.")
    commission: CommissionInput | None = optional("What fills cost; default 0.005 USD per unit.")
    leverage: Decimal | None = optional("Buying power per unit of equity, 0.01 to 50; default 1.")
    max_trade_risk_percent: Decimal | None = optional("The most one trade may risk, in percent of equity; default 2.")
    max_campaign_risk_percent: Decimal | None = optional(
        "The most a campaign may have at risk, in percent of equity; default 5."
    )
    max_heat_percent: Decimal | None = optional(
        "The most that may be at risk in all, in percent of equity; default 10."
    )
    max_price_age_seconds: int | None = optional(
        "How old a last price may be for a MARKET entry, and how long before it a signal is late; default 86 400."
    )
    scale_out_percent: Decimal | None = optional("How much exits at target 1, in percent; default 50.")
    break_even_after_target1: bool | None = optional(
        "Whether the stop moves to the entry price after target 1; default false."
    )
    intrabar: IntrabarPolicy | None = optional("Which level inside a bar came first; default PESSIMISTIC.")
    max_holding_days: int | None = optional("Days after which a position expires; default none.")
    max_daily_loss_percent: Decimal | None = optional("The day's loss that halts the account; default none.")
    max_drawdown_percent: Decimal | None = optional("The drawdown that halts the account; default none.")
    periods_per_year: int | None = optional(
        "Trading days a year, for annual figures; default 365 where every symbol traded is CRYPTO, else 252."
    )
    timezone: str | None = optional(
        "The IANA zone, e.g. Asia/Tokyo, whose days and months are the account's; default UTC. Takes effect at the "
        "first enable and at reset."
    )

    def changes(self) -> SettingsChanges:
        """The changes by field. Raises Invalid."""
        if self.timezone is not UNSET and self.timezone is not None:
            require_timezone(self.timezone)
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        given = {name: value for name, value in values.items() if value is not UNSET}
        return {name: _model(value) for name, value in given.items()}


def _model(value: object) -> object:
    return value.model() if isinstance(value, SlippageInput | CommissionInput) else value


@strawberry.input(description="Create an account, or turn a disabled one on.")
class EnableInput:
    account: str = optional(_ACCOUNT, "default")
    settings: SettingsInput | None = optional("Settings that differ from the defaults.", None)


@strawberry.input(description="Turn an account off: cancel what works, close everything, refuse new signals.")
class DisableInput:
    account: str = optional(_ACCOUNT, "default")


@strawberry.input(description="End the session and start the next with fresh capital.")
class ResetInput:
    account: str = optional(_ACCOUNT, "default")
    id: UUID | None = optional(_ONCE, None)
    settings: SettingsInput | None = optional("Settings for the new session.", None)
    session: int | None = optional(
        "The session to end: if it has ended already, nothing happens and the answer is the same.", None
    )


@strawberry.input(description="Change settings from here on.")
class UpdateSettingsInput:
    settings: SettingsInput = required("What to change.")
    account: str = optional(_ACCOUNT, "default")
    id: UUID | None = optional(_ONCE, None)


@strawberry.input(description="Lift a halt; daily loss and drawdown are measured from here on.")
class ResumeInput:
    account: str = optional(_ACCOUNT, "default")
    id: UUID | None = optional(_ONCE, None)


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
    account: str = optional(_ACCOUNT, "default")
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
        trailing = self.trailing_stop
        return record_of(Request, self, trailing_stop=None if trailing is None else record_of(TrailingStop, trailing))


@strawberry.input(description="Cancel a working signal.")
class CancelSignalInput:
    signal_id: UUID = required("The id the signal was sent with.")
    account: str = optional(_ACCOUNT, "default")
    id: UUID | None = optional(_ONCE, None)


@strawberry.input(description="Close a position by hand.")
class ClosePositionInput:
    position_id: strawberry.ID = required("The position's id.")
    account: str = optional(_ACCOUNT, "default")
    id: UUID | None = optional(_ONCE, None)
    market_price: Decimal | None = optional(
        "The price you see now; counts unless the symbol has a later one. Default: the last price.", None
    )
    timestamp: datetime | None = optional("Market time of it; default: the later of last price and entry.", None)


@strawberry.input(description="Open, high, low and close of a symbol from start to end.")
class BarInput:
    symbol: str = required("The ticker.")
    start: datetime = required("When the bar starts.")
    end: datetime = required("When the bar ends; after its start.")
    open: Decimal = required("The first price.")
    high: Decimal = required("The highest price.")
    low: Decimal = required("The lowest price.")
    close: Decimal = required("The last price.")
    volume: Decimal | None = optional("How much was traded, if known.", None)

    def bar(self) -> Bar:
        """The domain's bar. Raises Invalid."""
        require(self.start < self.end, "start must be before end", "start")
        return record_of(Bar, self)


@strawberry.input(description="One price of a symbol at one time.")
class QuoteInput:
    symbol: str = required("The ticker.")
    time: datetime = required("When it was the price.")
    price: Decimal = required("The price.")

    def bar(self) -> Bar:
        """The bar of zero length that it acts like. Raises Invalid."""
        return record_of(Quote, self).as_bar()


@with_lists(bars=BarInput)
@strawberry.input(description="Bars to apply, all in one step, in the order of end and symbol.")
class IngestBarsInput:
    bars: list[BarInput] = required("At most 5 000.")


@with_lists(quotes=QuoteInput)
@strawberry.input(description="Quotes to apply, all in one step, in the order of time and symbol.")
class IngestQuotesInput:
    quotes: list[QuoteInput] = required("At most 5 000.")


@strawberry.input(description="Market data that was wrong: of one symbol, from a time on.")
class RetractMarketDataInput:
    symbol: str = required("The symbol.")
    from_: datetime = strawberry.field(
        name="from", description="Bars that end after it are retracted, and quotes at or after it."
    )


@strawberry.input(description="Which positions to list.")
class PositionFilter:
    """Positions that meet all of these."""

    open: bool | None = optional("Only those that are open, or only those that are not.", None)
    symbols: list[str] | None = optional("Only these symbols.", None)
    session: int | None = optional("The session; default: the current one.", None)
    campaign_id: str | None = optional("Only this campaign.", None)


@strawberry.input(description="Which trades to list.")
class TradeFilter:
    """Trades that meet all of these."""

    symbols: list[str] | None = optional("Only these symbols.", None)
    session: int | None = optional("The session; default: the current one.", None)
    exit_reasons: list[ExitReason] | None = optional("Only those whose last exit had one of these reasons.", None)
    campaign_id: str | None = optional("Only this campaign.", None)
    from_: datetime | None = strawberry.field(
        name="from", description="Only those that exited at or after this time.", default=None
    )
    to: datetime | None = optional("Only those that exited before this time.", None)


@strawberry.input(description="Which signals to list.")
class SignalFilter:
    """Signals that meet all of these."""

    status: SignalStatus | None = optional("Only those with this status.", None)
    symbols: list[str] | None = optional("Only these symbols.", None)
    session: int | None = optional("The session; default: the current one.", None)


@strawberry.input(description="What a report is about. The span applies to trades by their exit, and to the curve.")
class ReportFilter:
    from_: datetime | None = strawberry.field(
        name="from", description="Only trades that exited at or after this time.", default=None
    )
    to: datetime | None = optional("Only trades that exited before this time.", None)
    symbols: list[str] | None = optional("Only trades of these symbols.", None)
    pattern: Pattern | None = optional("Only trades of this pattern.", None)
    campaign_id: str | None = optional("Only trades of this campaign.", None)
