"""Reports: a session's record put together from what was kept as it was made."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from api.application.confidence import RESAMPLED_TRADES, Confidence, expectancy_interval
from api.application.worker_thread import in_worker_thread
from api.persistence import backtests, curves, reports
from api.persistence import session_days as days_of
from api.persistence.database import Ask
from domain.analytics.attribution import Matching, match
from domain.analytics.comparison import (
    Backtest,
    BacktestHead,
    EquityAt,
    MetricComparison,
    Metrics,
    Severity,
    compare,
    overall,
)
from domain.analytics.curve import (
    CurveFigures,
    DayEnd,
    Month,
    curve_figures,
    drawdowns,
    exposure,
    monthly_returns,
    periods_in_a_year,
    return_percent,
)
from domain.analytics.eligibility import Eligibility, eligibility
from domain.analytics.replayed_curve import CurvePoint
from domain.analytics.stats import Dimension, TradeStats, excursions_in_r
from domain.analytics.trade_filter import TradeFilter
from domain.calendar import Zone
from domain.engine.views import SessionRecord
from domain.money import ZERO
from domain.portfolio.trade import Trade

StatsByKey = dict[tuple[Dimension, str], TradeStats]

MOST_TRADES = 1_000
"""How many trades of one kind a comparison tells at most."""

BREAKDOWNS = (
    Dimension.SYMBOL,
    Dimension.PATTERN,
    Dimension.SIDE,
    Dimension.CAMPAIGN,
    Dimension.EXIT_REASON,
)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A report beside a backtest; `trades` are the whole session's, where both sides have any."""

    backtest: Backtest
    metrics: Sequence[MetricComparison]
    severity: Severity
    trades: Matching | None


@dataclass(frozen=True, slots=True)
class ReportView:
    """What the record of a session says."""

    record: SessionRecord
    since: datetime
    until: datetime
    stats: TradeStats
    days: Sequence[DayEnd]
    periods_per_year: int
    curve: CurveFigures
    return_percent: Decimal
    max_drawdown: Decimal
    current_drawdown: Decimal
    months: Sequence[Month]
    exposure: Decimal | None
    breakdowns: dict[Dimension, list[tuple[str, TradeStats]]]

    @property
    def metrics(self) -> Metrics:
        """What is compared with a backtest, to 12 places."""
        return Metrics.from_record(self.stats, self.curve, self.max_drawdown)


@dataclass(frozen=True, slots=True)
class SessionReport:
    """What is answered about a session: its record, the trades it names, a backtest beside it, its eligibility."""

    view: ReportView
    best: Trade | None
    worst: Trade | None
    comparison: Comparison | None
    eligibility: Eligibility


class Reports:
    """Reports out of one snapshot; `ask` puts a question to its connection, one at a time."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    async def record(self, account: str, session: int | None) -> SessionRecord | None:
        """A session of an account, the current one if none is named."""
        records = await self._ask(reports.session_records, account, session)
        return records[0] if records else None

    async def report(
        self, record: SessionRecord, trade_filter: TradeFilter, now: datetime, *, broken_down: bool = True
    ) -> ReportView:
        """A session's report, with its breakdowns or without. The filter touches the curve only by its times."""
        zone = record.session.zone
        known = await self._ask(days_of.session_days, record)
        ends = _within(known, trade_filter, zone)
        periods = periods_in_a_year(record.settings, record.totals)
        days = [end for end in ends if end.has_data]
        stats = await self._trade_stats(record, trade_filter, [Dimension.ALL, *(BREAKDOWNS if broken_down else ())])
        deepest, current = await self._drawdowns(record, trade_filter)
        before = _equity_before(record, known, trade_filter, zone)
        return ReportView(
            record=record,
            since=trade_filter.exited_from or _beginning(record, days),
            until=trade_filter.exited_to or record.watermarks.time or record.session.ended_at or now,
            stats=stats.get((Dimension.ALL, ""), TradeStats()),
            days=days,
            periods_per_year=periods,
            curve=curve_figures([day.equity for day in days], periods),
            return_percent=return_percent(before, ends[-1].equity) if ends and before > ZERO else ZERO,
            max_drawdown=deepest,
            current_drawdown=current,
            months=monthly_returns(before, ends),
            exposure=exposure(days),
            breakdowns=_by_dimension(stats),
        )

    async def standing(self, account: str, *, with_sharpe: bool) -> tuple[TradeStats, Decimal | None]:
        """The statistics of an account's current session, and its Sharpe ratio, which all its days are read for."""
        record = await self.record(account, None)
        if record is None:
            return TradeStats(), None
        stats = await self._ask(reports.session_trade_stats, record, [Dimension.ALL])
        sharpe = await self._sharpe(record) if with_sharpe else None
        return stats.get((Dimension.ALL, ""), TradeStats()), sharpe

    async def _sharpe(self, record: SessionRecord) -> Decimal | None:
        equities = [day.equity for day in await self._ask(days_of.session_days, record) if day.has_data]
        return curve_figures(equities, periods_in_a_year(record.settings, record.totals)).sharpe

    async def comparison(self, report: ReportView, backtest_id: UUID) -> Comparison | None:
        """A report beside a backtest; None if there is none of that id."""
        backtest = await self._ask(backtests.whole, backtest_id)
        if backtest is None:
            return None
        metrics = compare(report.metrics, backtest.metrics)
        return Comparison(backtest, metrics, overall(metrics), await self._matching(report.record, backtest))

    async def _matching(self, record: SessionRecord, backtest: Backtest) -> Matching | None:
        """The session's trades, all of them, beside the backtest's; None unless both have any."""
        count = record.totals.trades
        if not backtest.trades or not count:
            return None
        signals = {trade.signal_id for trade in backtest.trades}
        paper = await self._ask(reports.external_trades, record, signals, MOST_TRADES)
        return match(paper, backtest.trades, count)

    async def eligibility(self, record: SessionRecord, now: datetime) -> Eligibility:
        """Whether a session is ready for live trading (R36)."""
        stats = await self._ask(reports.session_trade_stats, record, [Dimension.LIVE])
        return eligibility(record.session, stats.get((Dimension.LIVE, ""), TradeStats()), now)

    async def confidence(self, record: SessionRecord) -> Confidence:
        """How much a session's figures can be relied on."""
        multiples = await self._ask(reports.r_multiples, record, RESAMPLED_TRADES)
        days = await self._ask(days_of.trading_days, record)
        return Confidence(
            await in_worker_thread(expectancy_interval, tuple(multiples)), days, record.watermarks.max_drawdown
        )

    async def curve(
        self, record: SessionRecord, since: datetime | None, until: datetime | None, at_most: int
    ) -> list[CurvePoint]:
        """A session's equity curve (R37), thinned so that its extremes stay."""
        return await self._ask(curves.curve, record, since, until, at_most)

    async def excursions(self, trade: Trade) -> tuple[Decimal | None, Decimal | None]:
        """A trade's maximum adverse and favourable excursion, in R."""
        return excursions_in_r(trade, *await self._ask(reports.excursions, trade))

    async def backtest(self, key: UUID) -> BacktestHead | None:
        """A backtest's figures, by its id."""
        return await self._ask(backtests.head, key)

    async def backtest_curve(self, key: UUID) -> list[tuple[EquityAt, Decimal]]:
        """A backtest's curve, each point with its drawdown in percent of the peak; empty if it came without one."""
        points = await self._ask(backtests.curve, key)
        return list(zip(points, drawdowns([point.equity for point in points]), strict=True))

    async def _trade_stats(
        self, record: SessionRecord, trade_filter: TradeFilter, wanted: Sequence[Dimension]
    ) -> StatsByKey:
        """What was kept with each trade; only a filter for which no statistics are kept is counted from its trades."""
        key = trade_filter.stats_key
        if trade_filter.is_everything:
            return await self._ask(reports.session_trade_stats, record, wanted)
        if key is not None and list(wanted) == [Dimension.ALL]:
            kept = await self._ask(reports.session_trade_stats, record, [key[0]])
            return {(Dimension.ALL, ""): kept.get(key, TradeStats())}
        return await self._ask(reports.count_trades, record, trade_filter, wanted)

    async def _drawdowns(self, record: SessionRecord, trade_filter: TradeFilter) -> tuple[Decimal, Decimal]:
        if trade_filter.exited_from is None and trade_filter.exited_to is None:
            return record.watermarks.max_drawdown, record.watermarks.drawdown
        return await self._ask(curves.drawdowns, record, trade_filter.exited_from, trade_filter.exited_to)


def _beginning(record: SessionRecord, days: Sequence[DayEnd]) -> datetime:
    return record.session.zone.start_of(days[0].day) if days else record.session.started_at


def _within(days: Sequence[DayEnd], trade_filter: TradeFilter, zone: Zone) -> list[DayEnd]:
    """The days that the chosen span touches."""
    first, end = trade_filter.exited_from, trade_filter.exited_to
    return [
        day
        for day in days
        if (first is None or day.day >= zone.day_of(first)) and (end is None or zone.start_of(day.day) < end)
    ]


def _equity_before(record: SessionRecord, days: Sequence[DayEnd], trade_filter: TradeFilter, zone: Zone) -> Decimal:
    """What the span began with: the last equity of the day before it, or the starting capital."""
    first = trade_filter.exited_from
    earlier = [day.equity for day in days if first is not None and day.day < zone.day_of(first)]
    return earlier[-1] if earlier else record.session.starting_capital


def _by_dimension(stats: StatsByKey) -> dict[Dimension, list[tuple[str, TradeStats]]]:
    """The breakdowns, each by its key."""
    breakdowns: dict[Dimension, list[tuple[str, TradeStats]]] = {breakdown: [] for breakdown in BREAKDOWNS}
    for (dimension, key), kept in sorted(stats.items(), key=lambda keyed: keyed[0][1]):
        if dimension in breakdowns:
            breakdowns[dimension].append((key, kept))
    return breakdowns
