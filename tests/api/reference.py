"""What a report must say, worked out slowly from all trades and every point of the curve, as a client sees them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, localcontext
from itertools import groupby, pairwise
from typing import Any

from tests.api.desk import Json

PLACES = Decimal("1e-12")
PRECISION = 60


def as_time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def given(value: Decimal | None) -> Decimal | None:
    """A figure as the API gives it."""
    return None if value is None else value.quantize(PLACES)


def mean(values: Sequence[Decimal]) -> Decimal | None:
    return sum(values, Decimal(0)) / len(values) if values else None


@dataclass(frozen=True, slots=True)
class Round:
    """A trade of the API, with its R multiple."""

    trade: Json
    multiple: Decimal

    @classmethod
    def of(cls, trade: Json, first_stop: str) -> "Round":
        with localcontext(prec=PRECISION):
            risk = abs(Decimal(trade["entryPrice"]) - Decimal(first_stop)) * Decimal(trade["quantity"])
            return cls(trade, Decimal(trade["realizedPnl"]) / risk)

    @property
    def pnl(self) -> Decimal:
        return Decimal(self.trade["realizedPnl"])

    @property
    def exited(self) -> datetime:
        return as_time(self.trade["exitTime"])

    @property
    def held(self) -> timedelta:
        return self.exited - as_time(self.trade["entryTime"])


def figures(rounds: Sequence[Round]) -> dict[str, Any]:
    """The figures of trades, oldest first."""
    with localcontext(prec=PRECISION):
        wins = [trip.pnl for trip in rounds if trip.pnl > 0]
        losses = [-trip.pnl for trip in rounds if trip.pnl < 0]
        return {
            "tradeCount": len(rounds),
            "winningTrades": len(wins),
            "losingTrades": len(losses),
            "winRate": given(Decimal(100 * len(wins)) / len(rounds)) if rounds else None,
            "profitFactor": given(sum(wins, Decimal(0)) / sum(losses)) if losses else None,
            "averageR": given(mean([trip.multiple for trip in rounds])),
            "expectancy": given(mean([trip.pnl for trip in rounds])),
            "realizedPnl": sum((trip.pnl for trip in rounds), Decimal(0)),
        }


def more_figures(rounds: Sequence[Round]) -> dict[str, Any]:
    """What only the whole report says of its trades."""
    runs = [len(list(run)) for is_loss, run in groupby(rounds, key=lambda trade: trade.pnl < 0) if is_loss]
    with localcontext(prec=PRECISION):
        return {
            "breakEvenTrades": sum(1 for trip in rounds if trip.pnl == 0),
            "averageWin": given(mean([trip.pnl for trip in rounds if trip.pnl > 0])),
            "averageLoss": given(mean([-trip.pnl for trip in rounds if trip.pnl < 0])),
            "longestLosingRun": max(runs, default=0),
            "averageHoldingSeconds": given(mean([Decimal(trip.held // timedelta(seconds=1)) for trip in rounds])),
            "commission": sum((Decimal(trip.trade["commission"]) for trip in rounds), Decimal(0)),
            "slippage": sum((Decimal(trip.trade["slippage"]) for trip in rounds), Decimal(0)),
            "bestTrade": max(rounds, key=lambda trade: trade.pnl).trade["id"] if rounds else None,
            "worstTrade": min(rounds, key=lambda trade: trade.pnl).trade["id"] if rounds else None,
        }


@dataclass(frozen=True, slots=True)
class Record:
    """A session on daily bars: points of its curve are their ends, midnight, and what a command filled in a day."""

    capital: Decimal
    points: Sequence[tuple[datetime, Decimal]]
    data_days: Sequence[date]

    def equity_at(self, end: datetime) -> Decimal:
        """The equity that was last observed, up to a time."""
        return ([equity for time, equity in self.points if time <= end] or [self.capital])[-1]

    @property
    def observed_days(self) -> set[date]:
        """The days on which equity was observed; a bar's end belongs to its own day."""
        return {(time - timedelta(seconds=1)).date() for time, _ in self.points}

    def days(self, since: datetime | None, until: datetime | None, *others: date) -> list[date]:
        return [
            day
            for day in sorted({*self.data_days, *others})
            if (since is None or day >= since.date()) and (until is None or _midnight(day) < until)
        ]

    def _ends(self, days: Sequence[date]) -> list[Decimal]:
        return [self.equity_at(_midnight(day) + timedelta(days=1)) for day in days]

    def figures(self, since: datetime | None = None, until: datetime | None = None) -> dict[str, Any]:
        """What a report of a span says of the curve."""
        days, all_days = self.days(since, until), self.days(since, until, *self.observed_days)
        ends, all_ends = self._ends(days), self._ends(all_days)
        before = self.capital if since is None else self.equity_at(_midnight(since.date()))
        with localcontext(prec=PRECISION):
            return {
                "days": len(days),
                "returnPercent": given((all_ends[-1] - before) * 100 / before) if all_ends else Decimal(0),
                "exposurePercent": given(Decimal(100 * len(self.observed_days & set(days))) / len(days))
                if days
                else None,
                **self._drawdowns(since, until),
                **_ratios(ends),
                "monthlyReturns": _months(before, all_days, all_ends),
            }

    def _drawdowns(self, since: datetime | None, until: datetime | None) -> dict[str, Any]:
        peak = deepest = now = Decimal(0)
        within = [
            equity
            for time, equity in self.points
            if (since is None or time >= since) and (until is None or time < until)
        ]
        for equity in within if since or until else [self.capital, *within]:
            peak = max(peak, equity)
            now = (peak - equity) * 100 / peak
            deepest = max(deepest, now)
        return {"maxDrawdown": given(deepest), "currentDrawdown": given(now)}


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _ratios(ends: Sequence[Decimal]) -> dict[str, Any]:
    """The ratios of daily equity, 252 days a year."""
    returns = [after / before - 1 for before, after in pairwise(ends)]
    if len(returns) < 2:
        return dict.fromkeys(("sharpe", "sortino", "calmar", "volatility", "annualReturn"))
    average, year = sum(returns, Decimal(0)) / len(returns), Decimal(252)
    deviation = (sum(((change - average) ** 2 for change in returns), Decimal(0)) / (len(returns) - 1)).sqrt()
    downside = (sum((min(Decimal(0), change) ** 2 for change in returns), Decimal(0)) / len(returns)).sqrt()
    annual = ((ends[-1] / ends[0]) ** (year / len(returns)) - 1) * 100
    deepest = max((max(ends[: place + 1]) - end) * 100 / max(ends[: place + 1]) for place, end in enumerate(ends))
    return {
        "sharpe": given(average / deviation * year.sqrt()) if deviation else None,
        "sortino": given(average / downside * year.sqrt()) if downside else None,
        "volatility": given(deviation * year.sqrt() * 100),
        "annualReturn": given(annual),
        "calmar": given(annual / deepest) if deepest else None,
    }


def _months(before: Decimal, days: Sequence[date], ends: Sequence[Decimal]) -> list[tuple[int, int, Decimal]]:
    months = []
    for (year, month), group in groupby(
        zip(days, ends, strict=True), key=lambda day_end: (day_end[0].year, day_end[0].month)
    ):
        end = list(group)[-1][1]
        months.append((year, month, ((end - before) * 100 / before).quantize(PLACES)))
        before = end
    return months
