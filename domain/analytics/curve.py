"""The statistics of a session's equity, day by day (R37, R38); unrounded, and None where one is not defined."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise

from domain.money import HUNDRED, ONE, ZERO, difference, percent, power, product, quotient, root, total
from domain.portfolio.ledger_totals import LedgerTotals
from domain.portfolio.settings import Settings
from domain.portfolio.watermarks import drawdown_percent
from domain.records import dataclass

_DAYS_IN_A_YEAR = 365
_TRADING_DAYS_IN_A_YEAR = 252


@dataclass(frozen=True, slots=True)
class DayEnd:
    """The last equity of a day, and whether it was observed on it, that is, whether anything held was marked.

    A day without data knows of a position that was closed by hand on it; it is not among the days of R38.
    """

    day: date
    equity: Decimal
    was_held: bool
    has_data: bool = True


def day_ends(capital: Decimal, days: Collection[date], observed: Mapping[date, Decimal]) -> list[DayEnd]:
    """The equity at the end of the days with data, and of any others it was observed on, carried over flat days."""
    ends: list[DayEnd] = []
    known = capital
    for day in sorted({*days, *observed}):
        known = observed.get(day, known)
        ends.append(DayEnd(day, known, day in observed, day in days))
    return ends


@dataclass(frozen=True, slots=True)
class Month:
    """The return of a calendar month, percent; the first month's is from the starting capital."""

    year: int
    month: int
    percent: Decimal


@dataclass(frozen=True, slots=True)
class CurveFigures:
    """The statistics of daily equity (R38), unrounded. Percents but for the three ratios.

    What a few days would make of a year can be a number of any size: 10^10 times and more is None.
    """

    sharpe: Decimal | None
    sortino: Decimal | None
    volatility: Decimal | None
    annual_return: Decimal | None
    calmar: Decimal | None
    max_drawdown: Decimal


def periods_in_a_year(settings: Settings, totals: LedgerTotals) -> int:
    """As it was set; else 365 where all that was traded is CRYPTO, which trades on every day, else 252 (R38)."""
    if settings.periods_per_year is not None:
        return settings.periods_per_year
    is_crypto = totals.crypto_positions > 0 and not totals.other_positions
    return _DAYS_IN_A_YEAR if is_crypto else _TRADING_DAYS_IN_A_YEAR


def curve_figures(equities: Sequence[Decimal], periods_per_year: int) -> CurveFigures:
    """The statistics of the last equities of consecutive days; daily returns begin on the second (R38)."""
    deepest = max_drawdown(equities)
    if len(equities) < 3 or any(equity <= ZERO for equity in equities):
        return CurveFigures(None, None, None, None, None, deepest)
    returns = [quotient(after - before, before) for before, after in pairwise(equities)]
    mean, deviation, downside = _moments(returns)
    yearly = root(ZERO + periods_per_year)
    grown = power(quotient(equities[-1], equities[0]), quotient(ZERO + periods_per_year, ZERO + len(returns)))
    annual = None if grown is None else product(difference(grown, ONE), HUNDRED)
    return CurveFigures(
        sharpe=_over(product(mean, yearly), deviation),
        sortino=_over(product(mean, yearly), downside),
        volatility=product(product(deviation, yearly), HUNDRED),
        annual_return=annual,
        calmar=None if annual is None else _over(annual, deepest),
        max_drawdown=deepest,
    )


def _moments(returns: Sequence[Decimal]) -> tuple[Decimal, Decimal, Decimal]:
    """Mean, sample deviation, and downside deviation: root of the mean squared negative return, over all returns.

    Returns that are all the same deviate by nothing, whatever rounding their mean would say.
    """
    count = ZERO + len(returns)
    mean = quotient(total(returns), count)
    spread = ZERO if len(set(returns)) == 1 else _squares(difference(value, mean) for value in returns)
    below = _squares(min(ZERO, value) for value in returns)
    return mean, root(quotient(spread, count - ONE)), root(quotient(below, count))


def max_drawdown(equities: Iterable[Decimal]) -> Decimal:
    """The largest loss from a running peak, percent of that peak."""
    return max(drawdowns(equities), default=ZERO)


def drawdowns(equities: Iterable[Decimal]) -> Iterator[Decimal]:
    """At each point of a curve the loss from its peak so far, percent of that; zero where there was no peak above 0."""
    peak = ZERO
    for equity in equities:
        peak = max(peak, equity)
        yield drawdown_percent(peak, equity) if peak > ZERO else ZERO


def return_percent(start: Decimal, end: Decimal) -> Decimal:
    """What became of a starting amount, percent."""
    return percent(end - start, start)


def monthly_returns(capital: Decimal, days: Iterable[DayEnd]) -> list[Month]:
    """The returns of the months that have days, each from the end of the one before; none after equity was lost."""
    months: list[Month] = []
    ends: dict[tuple[int, int], Decimal] = {}
    for day in days:
        ends[day.day.year, day.day.month] = day.equity
    before = capital
    for (year, month), end in ends.items():
        if before <= ZERO:
            break
        months.append(Month(year, month, return_percent(before, end)))
        before = end
    return months


def exposure(days: Sequence[DayEnd]) -> Decimal | None:
    """The days on which anything held was marked, percent of all days."""
    held = sum(1 for day in days if day.was_held)
    return percent(ZERO + held, ZERO + len(days)) if days else None


def _over(dividend: Decimal, divisor: Decimal) -> Decimal | None:
    return quotient(dividend, divisor) if divisor else None


def _squares(values: Iterable[Decimal]) -> Decimal:
    return total(product(value, value) for value in values)
