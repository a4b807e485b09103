"""Builders of a session's summary and details, from its trades and the points of its curve."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from api.application.confidence import Confidence, ConfidenceInterval
from api.application.reports import BREAKDOWNS, Comparison, ReportView
from api.report.content import Details, Summary
from domain.analytics.attribution import external_trade, match
from domain.analytics.comparison import Backtest, Metrics, compare, overall
from domain.analytics.curve import CurveFigures, DayEnd, Month
from domain.analytics.eligibility import eligibility
from domain.analytics.replayed_curve import CurvePoint
from domain.analytics.stats import Dimension, TradeStats, stats_keys_of, trade_stats
from domain.engine.observer import CurveGrowth
from domain.engine.views import SessionRecord
from domain.orders.side import Pattern, Side
from domain.portfolio.fill import FillReason
from domain.portfolio.ledger_totals import LedgerTotals
from domain.portfolio.session import Session
from domain.portfolio.settings import Settings
from domain.portfolio.trade import Trade
from domain.portfolio.watermarks import EquityWatermarks
from tests.builders import at

D = Decimal
ACCOUNT = UUID(int=1)


def a_trade(
    number: int = 1,
    *,
    pnl: str = "200",
    symbol: str = "AAPL",
    side: Side = Side.LONG,
    reason: FillReason = FillReason.TARGET_1,
    pattern: Pattern | None = None,
    campaign: str | None = None,
    exit_price: str = "102",
    stop: str | None = "99",
) -> Trade:
    """100 shares bought at 100 with a stop at 99, so that 100 is one R, and held for a day and a half."""
    entered = at("2024-03-04 09:30") + timedelta(days=number)
    return Trade(
        id=UUID(int=number),
        signal_id=UUID(int=number),
        account_id=ACCOUNT,
        session=1,
        symbol=symbol,
        side=side,
        pattern=pattern,
        campaign_id=campaign,
        is_live=True,
        quantity=D(100),
        entry_time=entered,
        entry_price=D(100),
        initial_stop=None if stop is None else D(stop),
        exit_time=entered + timedelta(hours=36),
        exit_price=D(exit_price),
        exit_reason=reason,
        realized_pnl=D(pnl),
        commission=D("1.00"),
        slippage=D("0.5"),
        fills=(),
    )


def a_point(day: int, equity: str, peak: str) -> CurvePoint:
    """The equity at the end of a day of March 2024."""
    time = at(f"2024-03-{day:02} 21:00")
    return CurvePoint(time, D(equity), D(peak))


def a_summary(
    trades: Sequence[Trade] = (),
    *,
    account: str = "default",
    months: Sequence[Month] = (),
    curve: CurveFigures | None = None,
    return_percent: str = "0",
    max_drawdown: str = "0",
    backtest: Backtest | None = None,
    interval: ConfidenceInterval | None = None,
) -> Summary:
    """The summary of a session of 100 000 USD that was enabled for a day."""
    record = a_record(trades)
    view = ReportView(
        record=record,
        since=at("2024-03-04 00:00"),
        until=at("2024-03-29 21:00"),
        stats=trade_stats(trades),
        days=[DayEnd(date(2024, 3, 4), D(100_000), was_held=True)] if trades else [],
        periods_per_year=252,
        curve=curve or CurveFigures(None, None, None, None, None, D(0)),
        return_percent=D(return_percent),
        max_drawdown=D(max_drawdown),
        current_drawdown=D(0),
        months=months,
        exposure=D(100) if trades else None,
        breakdowns=broken_down(trades),
    )
    now = record.session.started_at + timedelta(days=1)
    return Summary(
        account=account,
        made_at=now,
        view=view,
        eligibility=eligibility(record.session, trade_stats(trades), now),
        confidence=Confidence(interval, 1, D(max_drawdown)),
        comparison=None if backtest is None else beside(view, backtest, trades),
    )


def a_record(trades: Sequence[Trade]) -> SessionRecord:
    earned = sum((trade.realized_pnl for trade in trades), D(0))
    started = at("2024-03-04 00:00")
    session = Session(1, D(100_000), started, enabled_since=started)
    watermarks = replace(EquityWatermarks.start(D(100_000)), equity=100_000 + earned)
    return SessionRecord(
        ACCOUNT, session, LedgerTotals(cash=100_000 + earned), watermarks, Settings(), 0, None, CurveGrowth()
    )


def broken_down(trades: Sequence[Trade]) -> dict[Dimension, list[tuple[str, TradeStats]]]:
    keys = sorted({key for trade in trades for key in stats_keys_of(trade)}, key=lambda key: key[1])
    return {
        dimension: [
            (key, trade_stats(trade for trade in trades if (dimension, key) in stats_keys_of(trade)))
            for group, key in keys
            if group is dimension
        ]
        for dimension in BREAKDOWNS
    }


def a_backtest(trades: Sequence[Trade] = (), name: str = "last year", **metrics: str) -> Backtest:
    figures = Metrics(**{key: D(value) for key, value in metrics.items()})
    others = tuple(external_trade(trade) for trade in trades)
    return Backtest(UUID(int=9), name, "notebook", at("2024-03-01 12:00"), figures, others)


def beside(view: ReportView, backtest: Backtest, trades: Sequence[Trade]) -> Comparison:
    metrics = compare(view.metrics, backtest.metrics)
    matching = (
        match([external_trade(trade) for trade in trades], backtest.trades, len(trades)) if backtest.trades else None
    )
    return Comparison(backtest, metrics, overall(metrics), matching)


def details(trades: Sequence[Trade] = (), curve: Sequence[CurvePoint] = ()) -> Details:
    return Details(curve, list(reversed(trades)))
