"""How the types of reports are made from the domain's values."""

from typing import Any

import strawberry

from api.application.reports import MOST_TRADES, Comparison, ReportView, SessionReport
from api.graphql.accounts.views import session_record
from api.graphql.node import global_id
from api.graphql.reports import types
from api.graphql.trades.enums import ExitReason
from api.graphql.trades.views import trade
from domain.analytics import comparison as compared
from domain.analytics.attribution import ExternalTrade, Matching, TradeDifference
from domain.analytics.comparison import BacktestHead
from domain.analytics.eligibility import Eligibility
from domain.analytics.replayed_curve import CurvePoint
from domain.analytics.stats import Dimension, TradeStats, to_12_places
from domain.engine.views import SessionRecord
from domain.money import ratio
from domain.orders.side import Pattern, Side
from domain.portfolio.watermarks import drawdown_percent

_CURVE_FIGURES = ("sharpe", "sortino", "calmar", "volatility", "annual_return")


def point(record: CurvePoint) -> types.EquityPoint:
    """A point of the equity curve."""
    return types.EquityPoint(
        time=record.time, equity=record.equity, drawdown=ratio(drawdown_percent(record.peak, record.equity))
    )


def eligibility(verdict: Eligibility, record: SessionRecord) -> types.LiveEligibility:
    """Whether a session has earned real money."""
    return types.LiveEligibility(
        eligible=verdict.eligible,
        progress_percent=verdict.progress_percent,
        checks=[
            types.EligibilityCheck(
                criterion=check.criterion,
                required=check.required,
                actual=to_12_places(check.actual),
                passed=check.passed,
            )
            for check in verdict.checks
        ],
        record=record,
    )


def _trade_figures(stats: TradeStats) -> dict[str, Any]:
    """The fields that a report and each of its breakdowns have of their trades."""
    return {
        "trade_count": stats.trades,
        "winning_trades": stats.wins,
        "losing_trades": stats.losses,
        "win_rate": to_12_places(stats.win_rate),
        "average_r": to_12_places(stats.average_r),
        "profit_factor": to_12_places(stats.profit_factor),
        "expectancy": to_12_places(stats.expectancy),
        "realized_pnl": stats.realized_pnl,
    }


def figures(stats: TradeStats) -> types.TradeFigures:
    """Trades, counted and summed."""
    return types.TradeFigures(**_trade_figures(stats))


def breakdowns(stats: dict[Dimension, list[tuple[str, TradeStats]]]) -> types.Breakdowns:
    """A record, broken down."""
    return types.Breakdowns(
        by_symbol=[types.SymbolBreakdown(symbol=key, figures=figures(kept)) for key, kept in stats[Dimension.SYMBOL]],
        by_pattern=[
            types.PatternBreakdown(pattern=Pattern(key), figures=figures(kept))
            for key, kept in stats[Dimension.PATTERN]
        ],
        by_side=[types.SideBreakdown(side=Side(key), figures=figures(kept)) for key, kept in stats[Dimension.SIDE]],
        by_campaign=[
            types.CampaignBreakdown(campaign_id=key, figures=figures(kept)) for key, kept in stats[Dimension.CAMPAIGN]
        ],
        by_exit_reason=[
            types.ExitReasonBreakdown(exit_reason=ExitReason(key), figures=figures(kept))
            for key, kept in stats[Dimension.EXIT_REASON]
        ],
    )


def _curve_figures(view: ReportView) -> dict[str, Any]:
    """The fields that a report has of its equity (R38)."""
    return {name: to_12_places(getattr(view.curve, name)) for name in _CURVE_FIGURES} | {
        "return_percent": ratio(view.return_percent),
        "max_drawdown": ratio(view.max_drawdown),
        "current_drawdown": ratio(view.current_drawdown),
        "exposure_percent": to_12_places(view.exposure),
        "monthly_returns": [
            types.MonthlyReturn(year=month.year, month=month.month, percent=ratio(month.percent))
            for month in view.months
        ],
    }


def report(answer: SessionReport) -> types.Report:
    """What the record of a session says."""
    view, stats = answer.view, answer.view.stats
    return types.Report(
        session=session_record(view.record),
        from_=view.since,
        to=view.until,
        **_trade_figures(stats),
        break_even_trades=stats.break_even,
        average_win=to_12_places(stats.average_win),
        average_loss=to_12_places(stats.average_loss),
        best_trade=None if answer.best is None else trade(answer.best),
        worst_trade=None if answer.worst is None else trade(answer.worst),
        average_holding_seconds=to_12_places(stats.average_holding_seconds),
        longest_losing_run=stats.longest_losing_run,
        commission=stats.commission,
        slippage=stats.slippage,
        **_curve_figures(view),
        periods_per_year=view.periods_per_year,
        days=len(view.days),
        breakdowns=breakdowns(view.breakdowns),
        comparison=None if answer.comparison is None else comparison(answer.comparison),
        live_eligibility=eligibility(answer.eligibility, view.record),
    )


def comparison(view: Comparison) -> types.Comparison:
    """A session beside a backtest."""
    return types.Comparison(
        backtest_id=global_id("Backtest", view.backtest.id),
        severity=view.severity,
        metrics=[_metric(metric) for metric in view.metrics],
        trades=None if view.trades is None else _matching(view.trades),
    )


def _metric(metric: compared.MetricComparison) -> types.MetricComparison:
    return types.MetricComparison(
        metric=metric.metric,
        paper=metric.paper,
        backtest=metric.backtest,
        difference=metric.difference,
        difference_percent=metric.difference_percent,
        direction=metric.direction,
        severity=metric.severity,
    )


def _matching(matching: Matching) -> types.TradeMatching:
    return types.TradeMatching(
        matched_count=len(matching.matched),
        missed_count=len(matching.missed),
        extra_count=matching.extra_count,
        matched=[_difference(trade) for trade in matching.matched[:MOST_TRADES]],
        missed=[_external_trade(trade) for trade in matching.missed[:MOST_TRADES]],
        extra=[_external_trade(trade) for trade in matching.extra[:MOST_TRADES]],
    )


def _difference(difference: TradeDifference) -> types.TradeDifference:
    return types.TradeDifference(
        paper=_external_trade(difference.paper),
        backtest=_external_trade(difference.backtest),
        total=difference.total,
        entry_price=difference.entry_price,
        exit_price=difference.exit_price,
        quantity=difference.quantity,
        costs=difference.costs,
    )


def _external_trade(trade: ExternalTrade) -> types.ExternalTrade:
    return types.ExternalTrade(
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
