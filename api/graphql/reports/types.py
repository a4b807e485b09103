"""What reports say. Percents are 0 to 100, figures that are not money come with 12 places, null means not defined."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

import strawberry

from api.application.confidence import METHOD
from api.graphql.accounts.types import Session
from api.graphql.context import asked, snapshot_of
from api.graphql.enums import Pattern, Side
from api.graphql.node import Node
from api.graphql.reports.enums import Criterion, Direction, Metric, Severity
from api.graphql.trades.enums import ExitReason
from api.graphql.trades.types import Trade
from domain.engine.views import SessionRecord
from domain.money import ratio


@strawberry.type(description="The equity of a session at a market time.")
class EquityPoint:
    time: datetime = strawberry.field(description="Market time.")
    equity: Decimal = strawberry.field(description="Cash and open positions at their last prices, USD.")
    drawdown: Decimal = strawberry.field(description="The loss from the highest equity so far, percent of it.")


@strawberry.type(description="One thing that is asked of a rehearsal.")
class EligibilityCheck:
    criterion: Criterion = strawberry.field(description="What is asked.")
    required: Decimal = strawberry.field(description="How much of it.")
    actual: Decimal | None = strawberry.field(description="What was found; null if there is nothing to go by.")
    passed: bool = strawberry.field(description="Whether that is enough.")


@strawberry.type(description="An interval of confidence.")
class ConfidenceInterval:
    low: Decimal = strawberry.field(description="The lower end.")
    high: Decimal = strawberry.field(description="The upper end.")
    method: str = strawberry.field(description="How it was worked out.")


@strawberry.type(description="Evidence beside the checks, to be weighed by who decides.")
class Evidence:
    expectancy_r: ConfidenceInterval | None = strawberry.field(
        description="The 95 % interval of the mean R multiple, of the last 1 000 trades that count; null below two."
    )
    trading_days: int = strawberry.field(description="On how many days the equity of something held was observed.")
    max_drawdown: Decimal = strawberry.field(description="The largest loss from a peak, percent of that peak.")


@strawberry.type(
    description="Whether a rehearsal has earned real money. Only trades count whose signal was recorded within "
    "maxPriceAgeSeconds of its timestamp: a replay of three months in a minute is no rehearsal."
)
class LiveEligibility:
    eligible: bool = strawberry.field(description="Whether every check has passed.")
    progress_percent: Decimal = strawberry.field(description="The mean progress of the checks; 100 only if all passed.")
    checks: list[EligibilityCheck] = strawberry.field(description="The checks.")
    record: strawberry.Private[SessionRecord]

    @strawberry.field(description="Evidence beside the checks.")
    async def evidence(self, info: strawberry.Info) -> Evidence:
        """Worked out when it is asked for."""
        confidence = await (await snapshot_of(info)).reports.confidence(self.record)
        interval = confidence.expectancy
        return Evidence(
            expectancy_r=None
            if interval is None
            else ConfidenceInterval(low=interval.low, high=interval.high, method=METHOD),
            trading_days=confidence.trading_days,
            max_drawdown=ratio(confidence.max_drawdown),
        )


@strawberry.type(description="Trades, counted and summed.")
class TradeFigures:
    trade_count: int = strawberry.field(description="Round trips.")
    winning_trades: int = strawberry.field(description="Those that earned more than nothing.")
    losing_trades: int = strawberry.field(description="Those that lost.")
    win_rate: Decimal | None = strawberry.field(description="Winning trades in percent of all.")
    average_r: Decimal | None = strawberry.field(description="Mean R multiple.")
    profit_factor: Decimal | None = strawberry.field(description="Gross wins / gross losses; null without losses.")
    expectancy: Decimal | None = strawberry.field(description="Mean net P&L, USD.")
    realized_pnl: Decimal = strawberry.field(description="Net P&L, USD.")


@strawberry.type(description="The trades of one symbol.")
class SymbolBreakdown:
    symbol: str = strawberry.field(description="The ticker.")
    figures: TradeFigures = strawberry.field(description="Its trades.")


@strawberry.type(description="The trades of one pattern.")
class PatternBreakdown:
    pattern: Pattern = strawberry.field(description="The Wyckoff pattern.")
    figures: TradeFigures = strawberry.field(description="Its trades.")


@strawberry.type(description="The trades of one side.")
class SideBreakdown:
    side: Side = strawberry.field(description="The side.")
    figures: TradeFigures = strawberry.field(description="Its trades.")


@strawberry.type(description="The trades of one campaign.")
class CampaignBreakdown:
    campaign_id: str = strawberry.field(description="The campaign.")
    figures: TradeFigures = strawberry.field(description="Its trades.")


@strawberry.type(description="The trades whose last exit had one reason.")
class ExitReasonBreakdown:
    exit_reason: ExitReason = strawberry.field(description="The reason.")
    figures: TradeFigures = strawberry.field(description="Its trades.")


@strawberry.type(description="The same record, broken down.")
class Breakdowns:
    by_symbol: list[SymbolBreakdown] = strawberry.field(description="By ticker.")
    by_pattern: list[PatternBreakdown] = strawberry.field(
        description="By Wyckoff pattern; signals without one left out."
    )
    by_side: list[SideBreakdown] = strawberry.field(description="By side.")
    by_campaign: list[CampaignBreakdown] = strawberry.field(description="By campaign; signals without one left out.")
    by_exit_reason: list[ExitReasonBreakdown] = strawberry.field(description="By the reason of the last exit.")


@strawberry.type(description="What a calendar month of the session's timezone made of the equity.")
class MonthlyReturn:
    year: int = strawberry.field(description="The year.")
    month: int = strawberry.field(description="The month, 1 to 12.")
    percent: Decimal = strawberry.field(description="Percent of the equity at the end of the month before.")


@strawberry.type(description="One metric of paper beside the backtest's.")
class MetricComparison:
    metric: Metric = strawberry.field(description="Which metric.")
    paper: Decimal | None = strawberry.field(description="Paper's figure.")
    backtest: Decimal | None = strawberry.field(description="The backtest's figure.")
    difference: Decimal | None = strawberry.field(description="Paper less backtest.")
    difference_percent: Decimal | None = strawberry.field(
        description="The difference in percent of the backtest's figure."
    )
    direction: Direction | None = strawberry.field(description="How paper did beside the backtest.")
    severity: Severity = strawberry.field(description="How much it differs, whatever the direction.")


@strawberry.type(name="ToldTrade", description="A round trip by the figures that any backtesting tool has.")
class ExternalTrade:
    signal_id: strawberry.ID = strawberry.field(description="The id of the signal that opened it, as it was sent.")
    symbol: str = strawberry.field(description="The ticker.")
    side: Side = strawberry.field(description="Which way it earned.")
    quantity: Decimal = strawberry.field(description="How much.")
    entry_time: datetime = strawberry.field(description="Market time of the entry.")
    entry_price: Decimal = strawberry.field(description="What it was entered at.")
    exit_time: datetime = strawberry.field(description="Market time of the last exit.")
    exit_price: Decimal = strawberry.field(description="The exits' price, weighted by quantity.")
    realized_pnl: Decimal = strawberry.field(description="Net P&L, USD.")
    commission: Decimal = strawberry.field(description="What it cost beyond its prices, USD.")


@strawberry.type(description="A trade of paper beside the backtest's of the same signal; the causes add up to total.")
class TradeDifference:
    paper: ExternalTrade = strawberry.field(description="Paper's trade.")
    backtest: ExternalTrade = strawberry.field(description="The backtest's trade.")
    total: Decimal = strawberry.field(description="Paper's P&L less the backtest's, USD.")
    entry_price: Decimal = strawberry.field(
        description="What the entry's price made of it, at the backtest's quantity."
    )
    exit_price: Decimal = strawberry.field(description="What the exits' price made of it, at the backtest's quantity.")
    quantity: Decimal = strawberry.field(description="What the size made of it, and the rounding of amounts.")
    costs: Decimal = strawberry.field(description="What commissions made of it.")


@strawberry.type(description="Paper and backtest, trade by trade, matched by signal id; at most 1 000 of each.")
class TradeMatching:
    matched_count: int = strawberry.field(description="Trades that both have.")
    missed_count: int = strawberry.field(description="Trades that only the backtest has.")
    extra_count: int = strawberry.field(description="Trades that only paper has.")
    matched: list[TradeDifference] = strawberry.field(description="Trades that both have.")
    missed: list[ExternalTrade] = strawberry.field(description="Trades that only the backtest has.")
    extra: list[ExternalTrade] = strawberry.field(description="Trades that only paper has.")


@strawberry.type(description="Whether paper agrees with a backtest.")
class Comparison:
    backtest_id: strawberry.ID = strawberry.field(description="The backtest.")
    severity: Severity = strawberry.field(description="The worst of what can be compared.")
    metrics: list[MetricComparison] = strawberry.field(description="Metric by metric.")
    trades: TradeMatching | None = strawberry.field(
        description="Trade by trade, of the whole session, where both sides have trades."
    )


@strawberry.type(description="A backtest's figures, kept to compare paper with.")
class Backtest(Node):
    name: str = strawberry.field(description="What it was named.")
    source: str = strawberry.field(description="What made it.")
    recorded_at: datetime = strawberry.field(description="When it was kept.")
    win_rate: Decimal | None = strawberry.field(description="Percent.")
    average_r: Decimal | None = strawberry.field(description="Mean R multiple.")
    profit_factor: Decimal | None = strawberry.field(description="Gross wins / gross losses.")
    max_drawdown: Decimal | None = strawberry.field(description="Percent of the peak.")
    sharpe: Decimal | None = strawberry.field(description="Annual Sharpe ratio.")
    trade_count: int = strawberry.field(description="How many trades came with it.")
    key: strawberry.Private[UUID]

    @strawberry.field(description="Its equity curve; empty if it came without one.")
    async def curve(self, info: strawberry.Info) -> list[EquityPoint]:
        """Read when it is asked for."""
        points = await asked(info, lambda snapshot: snapshot.reports.backtest_curve(self.key))
        return [
            EquityPoint(time=point.time, equity=point.equity, drawdown=ratio(drawdown)) for point, drawdown in points
        ]


@strawberry.type(description="What the record of a session says. All amounts are USD, all percents 0 to 100.")
class Report:
    session: Session = strawberry.field(description="The session.")
    from_: datetime = strawberry.field(name="from", description="The market time that the report begins with.")
    to: datetime = strawberry.field(description="The market time that it ends with.")
    trade_count: int = strawberry.field(description="Round trips.")
    winning_trades: int = strawberry.field(description="Those that earned more than nothing.")
    losing_trades: int = strawberry.field(description="Those that lost.")
    break_even_trades: int = strawberry.field(description="Those that did neither; they count in the total only.")
    win_rate: Decimal | None = strawberry.field(description="Winning trades in percent of all.")
    profit_factor: Decimal | None = strawberry.field(description="Gross wins / gross losses; null without losses.")
    average_r: Decimal | None = strawberry.field(description="Mean R multiple.")
    expectancy: Decimal | None = strawberry.field(description="Mean net P&L, USD, to 12 places.")
    average_win: Decimal | None = strawberry.field(description="Mean net P&L of the winning trades.")
    average_loss: Decimal | None = strawberry.field(
        description="Mean net loss of the losing trades, as a positive amount."
    )
    best_trade: Trade | None = strawberry.field(description="The trade that earned most, the first of equals.")
    worst_trade: Trade | None = strawberry.field(description="The trade that earned least, the first of equals.")
    average_holding_seconds: Decimal | None = strawberry.field(description="Mean time from entry to last exit.")
    longest_losing_run: int = strawberry.field(
        description="The most losing trades in a row, in the order of completion."
    )
    realized_pnl: Decimal = strawberry.field(description="Net P&L of the trades.")
    commission: Decimal = strawberry.field(description="Their commissions.")
    slippage: Decimal = strawberry.field(description="Their slippage; it is in the prices already.")
    return_percent: Decimal = strawberry.field(
        description="What became of the starting capital, or of the equity before the span, by its end, percent."
    )
    max_drawdown: Decimal = strawberry.field(description="The largest loss from a peak of the curve, percent of it.")
    current_drawdown: Decimal = strawberry.field(description="The loss from the peak at the curve's last point.")
    periods_per_year: int = strawberry.field(
        description="What the annual figures reckon with: the setting, or 365 where every symbol traded in the session "
        "is CRYPTO, else 252."
    )
    sharpe: Decimal | None = strawberry.field(
        description="Mean / sample deviation of daily returns x square root of periodsPerYear; risk-free rate zero."
    )
    sortino: Decimal | None = strawberry.field(
        description="Mean / root of the mean squared negative daily return x square root of periodsPerYear."
    )
    calmar: Decimal | None = strawberry.field(description="Annual return / maximum drawdown of the daily curve.")
    volatility: Decimal | None = strawberry.field(description="Annual sample deviation of daily returns, percent.")
    annual_return: Decimal | None = strawberry.field(
        description="Compound return a year, percent; null where days would make more than 10^10 times of a year."
    )
    exposure_percent: Decimal | None = strawberry.field(
        description="Days on which a symbol that was held had data, percent of all days."
    )
    days: int = strawberry.field(description="Days of the session's timezone with data of the symbols signalled.")
    monthly_returns: list[MonthlyReturn] = strawberry.field(description="Month by month.")
    breakdowns: Breakdowns = strawberry.field(description="The same record, broken down.")
    comparison: Comparison | None = strawberry.field(description="Beside the backtest of compareTo, if one is named.")
    live_eligibility: LiveEligibility = strawberry.field(description="Whether the session has earned real money.")
