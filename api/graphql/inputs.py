"""What clients send. Each input knows the command, or the part of one, that it means; nonsense raises Invalid."""

from dataclasses import fields
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import strawberry
from strawberry import UNSET

from api.graphql.enums import ExitReason
from api.graphql.scalars import Figure
from domain.commands import RecordBacktest
from domain.comparison import Backtest, Metrics
from domain.costs import (
    BasisPointsCommission,
    Commission,
    PercentSlippage,
    PerOrderCommission,
    PerShareCommission,
    PerShareSlippage,
    Slippage,
    VolumeShareSlippage,
)
from domain.market import AssetClass, Bar, Quote
from domain.matching import OtherTrade
from domain.settings import IntrabarPolicy, SettingsChanges
from domain.sides import Pattern, Side
from domain.signals import EntryType, Request, SignalStatus, TrailingStop
from domain.validation import require


def _describe(text: str, default: Any = UNSET) -> Any:
    return strawberry.field(description=text, default=default)


def _required(text: str) -> Any:
    return strawberry.field(description=text)


_ACCOUNT = "The account's name."
_MOST_TRADES = 10_000


@strawberry.input(description="Slippage in proportion to how much of a bar's volume a fill takes.")
class VolumeShareInput:
    volume_limit: Decimal = _describe("The largest share of volume that counts, 0 to 1.", Decimal("0.025"))
    price_impact: Decimal = _describe("The factor of the squared share, 0 to 0.5.", Decimal("0.1"))


@strawberry.input(one_of=True, description='How fills slip. For none: percent "0".')
class SlippageInput:
    """Exactly one model."""

    percent: Decimal | None = _describe("Percent of the price, 0 to 50.")
    per_share: Decimal | None = _describe("A fixed sum in USD per unit.")
    volume_share: VolumeShareInput | None = _describe("By share of volume, as in QuantConnect LEAN.")

    def model(self) -> Slippage:
        """The domain's model."""
        if self.volume_share:
            return VolumeShareSlippage(self.volume_share.volume_limit, self.volume_share.price_impact)
        if self.per_share is not UNSET and self.per_share is not None:
            return PerShareSlippage(self.per_share)
        return PercentSlippage(self.percent or Decimal(0))


@strawberry.input(description="Commission by the unit.")
class PerShareCommissionInput:
    rate: Decimal = _required("USD per unit.")
    minimum: Decimal | None = _describe("The least a fill costs, in USD.", None)
    maximum_percent: Decimal | None = _describe("The most a fill costs, in percent of its amount; the cap wins.", None)


@strawberry.input(one_of=True, description='What a fill costs. For nothing: perOrder "0".')
class CommissionInput:
    """Exactly one model."""

    per_share: PerShareCommissionInput | None = _describe("By the unit.")
    basis_points: Decimal | None = _describe("Hundredths of a percent of a fill's amount.")
    per_order: Decimal | None = _describe("A fixed sum in USD per fill.")

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

    starting_capital: Decimal | None = _describe(
        "USD, 1 000 to 100 000 000; default 100 000. Takes effect at the first enable and at reset."
    )
    use_realistic_fills: bool | None = _describe("Whether fills slip and cost commission; default true.")
    slippage: SlippageInput | None = _describe("How fills slip; default percent 0.02.")
    commission: CommissionInput | None = _describe("What fills cost; default 0.005 USD per unit.")
    leverage: Decimal | None = _describe("Buying power per unit of equity, 0.01 to 50; default 1.")
    max_trade_risk_percent: Decimal | None = _describe("The most one trade may risk, in percent of equity; default 2.")
    max_campaign_risk_percent: Decimal | None = _describe(
        "The most a campaign may have at risk, in percent of equity; default 5."
    )
    max_heat_percent: Decimal | None = _describe(
        "The most that may be at risk in all, in percent of equity; default 10."
    )
    max_price_age_seconds: int | None = _describe("How old a last price may be for a MARKET entry; default 86 400.")
    scale_out_percent: Decimal | None = _describe("How much exits at target 1, in percent; default 50.")
    break_even_after_target1: bool | None = _describe(
        "Whether the stop moves to the entry price after target 1; default false."
    )
    intrabar: IntrabarPolicy | None = _describe("Which level inside a bar came first; default PESSIMISTIC.")
    max_holding_days: int | None = _describe("Days after which a position expires; default none.")
    max_daily_loss_percent: Decimal | None = _describe("The day's loss that halts the account; default none.")
    max_drawdown_percent: Decimal | None = _describe("The drawdown that halts the account; default none.")
    periods_per_year: int | None = _describe("Trading days a year, for annual figures; default 252.")

    def changes(self) -> SettingsChanges:
        """The changes by field. Raises Invalid."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        given = {name: value for name, value in values.items() if value is not UNSET}
        return {name: _model(value) for name, value in given.items()}


def _model(value: object) -> object:
    return value.model() if isinstance(value, SlippageInput | CommissionInput) else value


@strawberry.input(description="Create an account, or turn a disabled one on.")
class EnableInput:
    account: str = _describe(_ACCOUNT, "default")
    settings: SettingsInput | None = _describe("Settings that differ from the defaults.", None)


@strawberry.input(description="Turn an account off: cancel what works, close everything, refuse new signals.")
class DisableInput:
    account: str = _describe(_ACCOUNT, "default")


@strawberry.input(description="End the session and start the next with fresh capital.")
class ResetInput:
    account: str = _describe(_ACCOUNT, "default")
    settings: SettingsInput | None = _describe("Settings for the new session.", None)
    session: int | None = _describe(
        "The session to end: if it has ended already, nothing happens and the answer is the same.", None
    )


@strawberry.input(description="Change settings from here on.")
class UpdateSettingsInput:
    settings: SettingsInput = _required("What to change.")
    account: str = _describe(_ACCOUNT, "default")


@strawberry.input(description="Lift a halt; daily loss and drawdown are measured from here on.")
class ResumeInput:
    account: str = _describe(_ACCOUNT, "default")


@strawberry.input(description="A stop that follows the price.")
class TrailingStopInput:
    activation: Decimal = _required("The price at which the stop begins to follow.")
    offset: Decimal = _required("How far behind the best price it follows.")


@strawberry.input(description="A trading signal. Prices are in USD; times need an offset from UTC.")
class ExecuteSignalInput:
    """A Request, with its account and id."""

    symbol: str = _required("The ticker, e.g. AAPL or EURUSD; capitals.")
    stop_loss: Decimal = _required("Where the position is given up.")
    target1: Decimal = _required("Where part of it, or without target2 all of it, takes profit.")
    account: str = _describe(_ACCOUNT, "default")
    id: UUID | None = _describe(
        "The idempotency key: sent again with the same content, it gives the first answer and does nothing. "
        "Without one, an id is made and returned.",
        None,
    )
    asset_class: AssetClass = _describe("What kind of thing the symbol is.", AssetClass.STOCK)
    side: Side | None = _describe("LONG or SHORT; may be left to the pattern.", None)
    pattern: Pattern | None = _describe("The Wyckoff pattern; it implies the side.", None)
    phase: str | None = _describe("For your records, e.g. the Wyckoff phase.", None)
    timeframe: str | None = _describe("For your records, e.g. 1d.", None)
    confidence: Decimal | None = _describe("For your records, 0 to 100.", None)
    source: str | None = _describe("For your records: what sent it.", None)
    campaign_id: str | None = _describe("Signals of one campaign share a risk limit.", None)
    timestamp: datetime | None = _describe("Market time of the signal; default: the desk's clock.", None)
    entry: EntryType = _describe("How to enter.", EntryType.MARKET)
    entry_price: Decimal | None = _describe("For LIMIT and STOP, and only for those.", None)
    good_until: datetime | None = _describe("When a waiting signal expires; default: never. Not for MARKET.", None)
    market_price: Decimal | None = _describe("The price you see now; for MARKET only.", None)
    target2: Decimal | None = _describe("Where the rest takes profit.", None)
    quantity: Decimal | None = _describe("How much; or give riskPercent.", None)
    risk_percent: Decimal | None = _describe("Size so that this percent of equity is at risk; or give quantity.", None)
    scale_out_percent: Decimal | None = _describe("How much exits at target 1; default: the account's setting.", None)
    break_even_after_target1: bool | None = _describe(
        "Whether the stop moves to the entry price after target 1; default: the account's setting.", None
    )
    trailing_stop: TrailingStopInput | None = _describe("A stop that follows the price.", None)
    expires_at: datetime | None = _describe("When the position is closed at the latest.", None)

    def request(self) -> Request:
        """The domain's request. Raises Invalid."""
        trailing = self.trailing_stop
        names = (each.name for each in fields(Request) if each.name != "trailing_stop")
        return Request(
            **{name: getattr(self, name) for name in names},
            trailing_stop=None if trailing is None else TrailingStop(trailing.activation, trailing.offset),
        )


@strawberry.input(description="Cancel a working signal.")
class CancelSignalInput:
    signal_id: UUID = _required("The id the signal was sent with.")
    account: str = _describe(_ACCOUNT, "default")


@strawberry.input(description="Close a position by hand.")
class ClosePositionInput:
    position_id: strawberry.ID = _required("The position's id.")
    account: str = _describe(_ACCOUNT, "default")
    market_price: Decimal | None = _describe(
        "The price you see now; counts unless the symbol has a later one. Default: the last price.", None
    )
    timestamp: datetime | None = _describe("Market time of it; default: the later of last price and entry.", None)


@strawberry.input(description="Open, high, low and close of a symbol from start to end.")
class BarInput:
    symbol: str = _required("The ticker.")
    start: datetime = _required("When the bar starts.")
    end: datetime = _required("When the bar ends; after its start.")
    open: Decimal = _required("The first price.")
    high: Decimal = _required("The highest price.")
    low: Decimal = _required("The lowest price.")
    close: Decimal = _required("The last price.")
    volume: Decimal | None = _describe("How much was traded, if known.", None)

    def bar(self) -> Bar:
        """The domain's bar. Raises Invalid."""
        require(self.start < self.end, "start must be before end", "start")
        return Bar(**{each.name: getattr(self, each.name) for each in fields(Bar)})


@strawberry.input(description="One price of a symbol at one time.")
class QuoteInput:
    symbol: str = _required("The ticker.")
    time: datetime = _required("When it was the price.")
    price: Decimal = _required("The price.")

    def bar(self) -> Bar:
        """The bar of zero length that it acts like. Raises Invalid."""
        return Quote(self.symbol, self.time, self.price).as_bar()


@strawberry.input(description="Bars to apply, all in one step, in the order of end and symbol.")
class IngestBarsInput:
    bars: list[BarInput] = _required("At most 5 000.")


@strawberry.input(description="Quotes to apply, all in one step, in the order of time and symbol.")
class IngestQuotesInput:
    quotes: list[QuoteInput] = _required("At most 5 000.")


@strawberry.input(description="Which positions to list.")
class PositionFilter:
    """Positions that meet all of these."""

    open: bool | None = _describe("Only those that are open, or only those that are not.", None)
    symbols: list[str] | None = _describe("Only these symbols.", None)
    session: int | None = _describe("The session; default: the current one.", None)
    campaign_id: str | None = _describe("Only this campaign.", None)


@strawberry.input(description="Which trades to list.")
class TradeFilter:
    """Trades that meet all of these."""

    symbols: list[str] | None = _describe("Only these symbols.", None)
    session: int | None = _describe("The session; default: the current one.", None)
    exit_reasons: list[ExitReason] | None = _describe("Only those whose last exit had one of these reasons.", None)
    campaign_id: str | None = _describe("Only this campaign.", None)
    from_: datetime | None = strawberry.field(
        name="from", description="Only those that exited at or after this time.", default=None
    )
    to: datetime | None = _describe("Only those that exited before this time.", None)


@strawberry.input(description="Which signals to list.")
class SignalFilter:
    """Signals that meet all of these."""

    status: SignalStatus | None = _describe("Only those with this status.", None)
    symbols: list[str] | None = _describe("Only these symbols.", None)
    session: int | None = _describe("The session; default: the current one.", None)


@strawberry.input(description="What a report is about. The span applies to trades by their exit, and to the curve.")
class ReportFilter:
    from_: datetime | None = strawberry.field(
        name="from", description="Only trades that exited at or after this time.", default=None
    )
    to: datetime | None = _describe("Only trades that exited before this time.", None)
    symbols: list[str] | None = _describe("Only trades of these symbols.", None)
    pattern: Pattern | None = _describe("Only trades of this pattern.", None)
    campaign_id: str | None = _describe("Only trades of this campaign.", None)


@strawberry.input(description="A backtest's figures; null is what is not defined or not known.")
class BacktestMetricsInput:
    win_rate: Figure | None = _describe("Percent, 0 to 100.", None)
    average_r: Figure | None = _describe("Mean R multiple.", None)
    profit_factor: Figure | None = _describe("Gross wins / gross losses.", None)
    max_drawdown: Figure | None = _describe("Percent of the peak, positive.", None)
    sharpe: Figure | None = _describe("Annual Sharpe ratio.", None)

    def metrics(self) -> Metrics:
        """The domain's metrics."""
        return Metrics(self.win_rate, self.average_r, self.profit_factor, self.max_drawdown, self.sharpe)


@strawberry.input(description="A round trip of a backtest.")
class BacktestTradeInput:
    signal_id: UUID = _required("The id of its signal, as it is sent to paper: trades are matched by it.")
    symbol: str = _required("The ticker.")
    side: Side = _required("Which way it earned.")
    quantity: Decimal = _required("How much.")
    entry_time: datetime = _required("Market time of the entry.")
    entry_price: Decimal = _required("What it was entered at.")
    exit_time: datetime = _required("Market time of the last exit.")
    exit_price: Decimal = _required("The exits' price, weighted by quantity.")
    realized_pnl: Decimal = _required("Net P&L, USD.")
    commission: Decimal = _describe("What it cost beyond its prices, USD.", Decimal(0))

    def trade(self) -> OtherTrade:
        """The domain's trade. Raises Invalid."""
        return OtherTrade(**{each.name: getattr(self, each.name) for each in fields(OtherTrade)})


@strawberry.input(description="A backtest to keep: made by `papertape backtest`, or by another tool.")
class RecordBacktestInput:
    name: str = _required("What to call it.")
    metrics: BacktestMetricsInput = _required("Its figures.")
    source: str = _describe("What made it.", "another tool")
    trades: list[BacktestTradeInput] = strawberry.field(
        description="Its trades, if they are known; at most 10 000.", default_factory=list
    )

    def command(self, key: UUID, recorded_at: datetime) -> RecordBacktest:
        """The command. Raises Invalid."""
        require(len(self.trades) <= _MOST_TRADES, f"send at most {_MOST_TRADES} trades", "trades")
        trades = tuple(each.trade() for each in self.trades)
        return RecordBacktest(Backtest(key, self.name, self.source, recorded_at, self.metrics.metrics(), trades))
