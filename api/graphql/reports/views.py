"""How the types of reports are made from the domain's values."""

from typing import Any

import strawberry

from api.application.read_model import SessionRecord
from api.application.reports import MOST_TOLD, BacktestHead, Comparison, ReportView
from api.graphql.accounts.views import session_record
from api.graphql.nodes import global_id
from api.graphql.reports import types
from api.graphql.trades.enums import ExitReason
from api.graphql.trades.views import trade
from domain.analytics import comparison as compared
from domain.analytics.attribution import ExternalTrade, Matching, TradeDifference
from domain.analytics.eligibility import Eligibility
from domain.analytics.stats import Dimension, TradeStats, shown
from domain.engine.events import CurvePoint
from domain.money import ratio
from domain.orders.side import Pattern, Side
from domain.portfolio.trade import Trade
from domain.portfolio.watermarks import drawdown_percent

_CURVE_FIGURES = ("sharpe", "sortino", "calmar", "volatility", "annual_return")


def point(record: CurvePoint) -> types.EquityPoint:
    """A point of the equity curve."""
    return types.EquityPoint(
        time=record.time, equity=record.equity, drawdown=ratio(drawdown_percent(record.peak, record.equity))
    )


def eligibility(found: Eligibility, record: SessionRecord) -> types.LiveEligibility:
    """Whether a session has earned real money."""
    return types.LiveEligibility(
        eligible=found.eligible,
        progress_percent=found.progress_percent,
        checks=[
            types.EligibilityCheck(
                criterion=check.criterion, required=check.required, actual=shown(check.actual), passed=check.passed
            )
            for check in found.checks
        ],
        record=record,
    )


def _trade_figures(stats: TradeStats) -> dict[str, Any]:
    """The fields that a report and each of its breakdowns have of their trades."""
    return {
        "trade_count": stats.trades,
        "winning_trades": stats.wins,
        "losing_trades": stats.losses,
        "win_rate": shown(stats.win_rate),
        "average_r": shown(stats.average_r),
        "profit_factor": shown(stats.profit_factor),
        "expectancy": shown(stats.expectancy),
        "realized_pnl": stats.realized_pnl,
    }


def figures(stats: TradeStats) -> types.TradeFigures:
    """Trades, counted and summed."""
    return types.TradeFigures(**_trade_figures(stats))


def breakdowns(found: dict[Dimension, list[tuple[str, TradeStats]]]) -> types.Breakdowns:
    """A record, told apart."""
    return types.Breakdowns(
        by_symbol=[types.SymbolBreakdown(symbol=key, figures=figures(each)) for key, each in found[Dimension.SYMBOL]],
        by_pattern=[
            types.PatternBreakdown(pattern=Pattern(key), figures=figures(each))
            for key, each in found[Dimension.PATTERN]
        ],
        by_side=[types.SideBreakdown(side=Side(key), figures=figures(each)) for key, each in found[Dimension.SIDE]],
        by_campaign=[
            types.CampaignBreakdown(campaign_id=key, figures=figures(each)) for key, each in found[Dimension.CAMPAIGN]
        ],
        by_exit_reason=[
            types.ExitReasonBreakdown(exit_reason=ExitReason(key), figures=figures(each))
            for key, each in found[Dimension.EXIT_REASON]
        ],
    )


def _curve_figures(view: ReportView) -> dict[str, Any]:
    """The fields that a report has of its equity (R38)."""
    return {name: shown(getattr(view.curve, name)) for name in _CURVE_FIGURES} | {
        "return_percent": ratio(view.return_percent),
        "max_drawdown": ratio(view.max_drawdown),
        "current_drawdown": ratio(view.current_drawdown),
        "exposure_percent": shown(view.exposure),
        "monthly_returns": [
            types.MonthlyReturn(year=month.year, month=month.month, percent=ratio(month.percent))
            for month in view.months
        ],
    }


def report(
    view: ReportView,
    best: Trade | None,
    worst: Trade | None,
    beside: Comparison | None,
    eligible: types.LiveEligibility,
) -> types.Report:
    """What the record of a session says."""
    stats = view.tally
    return types.Report(
        session=session_record(view.record),
        from_=view.since,
        to=view.until,
        **_trade_figures(stats),
        break_even_trades=stats.break_even,
        average_win=shown(stats.average_win),
        average_loss=shown(stats.average_loss),
        best_trade=None if best is None else trade(best),
        worst_trade=None if worst is None else trade(worst),
        average_holding_seconds=shown(stats.average_holding_seconds),
        longest_losing_run=stats.longest_losing_run,
        commission=stats.commission,
        slippage=stats.slippage,
        **_curve_figures(view),
        periods_per_year=view.periods_per_year,
        days=len(view.days),
        breakdowns=breakdowns(view.breakdowns),
        comparison=None if beside is None else comparison(beside),
        live_eligibility=eligible,
    )


def comparison(found: Comparison) -> types.Comparison:
    """A session beside a backtest."""
    return types.Comparison(
        backtest_id=global_id("Backtest", found.backtest.id),
        severity=found.severity,
        metrics=[_metric(metric) for metric in found.metrics],
        trades=None if found.trades is None else _matching(found.trades),
    )


def _metric(found: compared.MetricComparison) -> types.MetricComparison:
    return types.MetricComparison(
        metric=found.metric,
        paper=found.paper,
        backtest=found.backtest,
        difference=found.difference,
        difference_percent=found.difference_percent,
        direction=found.direction,
        severity=found.severity,
    )


def _matching(found: Matching) -> types.TradeMatching:
    return types.TradeMatching(
        matched_count=len(found.matched),
        missed_count=len(found.missed),
        extra_count=found.extra_count,
        matched=[_difference(each) for each in found.matched[:MOST_TOLD]],
        missed=[_told(each) for each in found.missed[:MOST_TOLD]],
        extra=[_told(each) for each in found.extra[:MOST_TOLD]],
    )


def _difference(found: TradeDifference) -> types.TradeDifference:
    return types.TradeDifference(
        paper=_told(found.paper),
        backtest=_told(found.backtest),
        total=found.total,
        entry_price=found.entry_price,
        exit_price=found.exit_price,
        quantity=found.quantity,
        costs=found.costs,
    )


def _told(trade: ExternalTrade) -> types.ToldTrade:
    return types.ToldTrade(
        signal_id=strawberry.ID(str(trade.signal_id)),
        symbol=trade.symbol,
        side=trade.side,
        quantity=trade.quantity,
        entry_time=trade.entry_time,
        entry_price=trade.entry_price,
        exit_time=trade.exit_time,
        exit_price=trade.exit_price,
        realized_pnl=trade.realized_pnl,
        commission=trade.commission,
    )


def backtest(record: BacktestHead) -> types.Backtest:
    """A backtest's figures."""
    metrics = record.metrics
    return types.Backtest(
        id=global_id("Backtest", record.id),
        name=record.name,
        source=record.source,
        recorded_at=record.recorded_at,
        win_rate=metrics.win_rate,
        average_r=metrics.average_r,
        profit_factor=metrics.profit_factor,
        max_drawdown=metrics.max_drawdown,
        sharpe=metrics.sharpe,
        trade_count=record.trade_count,
        key=record.id,
    )
