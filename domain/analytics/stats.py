"""What the record says (R37, R38): tallies of trades, and the statistics of an equity curve.

Figures are computed unrounded and given to 12 places; one that is not defined is None, never zero.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum
from itertools import pairwise
from uuid import UUID

from domain.money import HUNDRED, ONE, ZERO, difference, plus, power, product, quotient, ratio, root, summand, total
from domain.orders.side import Side
from domain.portfolio.ledger_totals import LedgerTotals
from domain.portfolio.settings import Settings
from domain.portfolio.trade import Trade

_DAYS_IN_A_YEAR = 365
_TRADING_DAYS_IN_A_YEAR = 252
_SECOND = timedelta(seconds=1)
_MICROSECOND = timedelta(microseconds=1)


class Dimension(Enum):
    """What trades are told apart by; ALL is the whole session, TIMELY those that count for eligibility (R36)."""

    ALL = "ALL"
    TIMELY = "TIMELY"
    SYMBOL = "SYMBOL"
    PATTERN = "PATTERN"
    SIDE = "SIDE"
    CAMPAIGN = "CAMPAIGN"
    EXIT_REASON = "EXIT_REASON"


def places_of(trade: Trade) -> list[tuple[Dimension, str]]:
    """The tallies that a trade belongs to."""
    places = [
        (Dimension.ALL, ""),
        (Dimension.SYMBOL, trade.symbol),
        (Dimension.SIDE, trade.side.value),
        (Dimension.EXIT_REASON, trade.exit_reason.value),
    ]
    if trade.is_live:
        places.append((Dimension.TIMELY, ""))
    if trade.pattern is not None:
        places.append((Dimension.PATTERN, trade.pattern.value))
    if trade.campaign_id is not None:
        places.append((Dimension.CAMPAIGN, trade.campaign_id))
    return places


@dataclass(frozen=True, slots=True)
class TradeStats:
    """Trades, counted and summed, in the order in which they were completed. Break-even trades count in the total only.

    `r_total` sums R multiples to 24 places; `losing_run` is the run of losses that the last trades form. Sums of
    many trades may exceed what the desk takes for one amount.
    """

    trades: int = 0
    wins: int = 0
    losses: int = 0
    gross_profit: Decimal = ZERO
    gross_loss: Decimal = ZERO
    commission: Decimal = ZERO
    slippage: Decimal = ZERO
    r_total: Decimal = ZERO
    held: timedelta = timedelta()
    losing_run: int = 0
    longest_losing_run: int = 0
    best_pnl: Decimal | None = None
    best_trade: UUID | None = None
    worst_pnl: Decimal | None = None
    worst_trade: UUID | None = None

    def with_trade(self, trade: Trade) -> "TradeStats":
        """This tally with one more trade."""
        earned = trade.realized_pnl
        run = self.losing_run + 1 if earned < ZERO else 0
        is_best = self.best_pnl is None or earned > self.best_pnl
        is_worst = self.worst_pnl is None or earned < self.worst_pnl
        return TradeStats(
            trades=self.trades + 1,
            wins=self.wins + (earned > ZERO),
            losses=self.losses + (earned < ZERO),
            gross_profit=plus(self.gross_profit, earned) if earned > ZERO else self.gross_profit,
            gross_loss=difference(self.gross_loss, earned) if earned < ZERO else self.gross_loss,
            commission=plus(self.commission, trade.commission),
            slippage=plus(self.slippage, trade.slippage),
            r_total=plus(self.r_total, summand(trade.r_multiple or ZERO)),
            held=self.held + (trade.exit_time - trade.entry_time),
            losing_run=run,
            longest_losing_run=max(run, self.longest_losing_run),
            best_pnl=earned if is_best else self.best_pnl,
            best_trade=trade.id if is_best else self.best_trade,
            worst_pnl=earned if is_worst else self.worst_pnl,
            worst_trade=trade.id if is_worst else self.worst_trade,
        )

    @property
    def realized_pnl(self) -> Decimal:
        """Net P&L of the trades."""
        return difference(self.gross_profit, self.gross_loss)

    @property
    def break_even(self) -> int:
        """Trades that neither won nor lost."""
        return self.trades - self.wins - self.losses

    @property
    def win_rate(self) -> Decimal | None:
        """Wins in percent of all trades."""
        return _mean(product(HUNDRED, ZERO + self.wins), self.trades)

    @property
    def profit_factor(self) -> Decimal | None:
        """Gross wins / gross losses; None without losses."""
        return quotient(self.gross_profit, self.gross_loss) if self.gross_loss else None

    @property
    def expectancy(self) -> Decimal | None:
        """Mean net P&L."""
        return _mean(self.realized_pnl, self.trades)

    @property
    def average_r(self) -> Decimal | None:
        """Mean R multiple: expectancy in units of risk."""
        return _mean(self.r_total, self.trades)

    @property
    def average_win(self) -> Decimal | None:
        """Mean net P&L of the wins."""
        return _mean(self.gross_profit, self.wins)

    @property
    def average_loss(self) -> Decimal | None:
        """Mean net P&L of the losses, as a positive amount."""
        return _mean(self.gross_loss, self.losses)

    @property
    def average_holding(self) -> timedelta | None:
        """Mean time from entry to last exit, down to the microsecond."""
        return self.held // self.trades if self.trades else None

    @property
    def average_holding_seconds(self) -> Decimal | None:
        """Mean time from entry to last exit, in seconds."""
        return _mean(quotient(ZERO + self.held // _MICROSECOND, ZERO + _SECOND // _MICROSECOND), self.trades)


def tally(trades: Iterable[Trade]) -> TradeStats:
    """The tally of trades, given in the order in which they were completed."""
    found = TradeStats()
    for trade in trades:
        found = found.with_trade(trade)
    return found


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


def periods_in_a_year(settings: Settings, books: LedgerTotals) -> int:
    """As it was set; else 365 where all that was traded is CRYPTO, whose market knows no week, else 252 (R38)."""
    if settings.periods_per_year is not None:
        return settings.periods_per_year
    is_crypto = books.crypto_positions > 0 and not books.other_positions
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
    spread = ZERO if len(set(returns)) == 1 else _squares(difference(each, mean) for each in returns)
    below = _squares(min(ZERO, each) for each in returns)
    return mean, root(quotient(spread, count - ONE)), root(quotient(below, count))


def max_drawdown(equities: Iterable[Decimal]) -> Decimal:
    """The largest loss from a running peak, percent of that peak."""
    peak = deepest = ZERO
    for equity in equities:
        peak = max(peak, equity)
        if peak > ZERO:
            deepest = max(deepest, drawdown(peak, equity))
    return deepest


def drawdown(peak: Decimal, equity: Decimal) -> Decimal:
    """The loss from a peak, percent of it."""
    return quotient(product(peak - equity, HUNDRED), peak)


def return_percent(start: Decimal, end: Decimal) -> Decimal:
    """What became of a starting amount, percent."""
    return quotient(product(end - start, HUNDRED), start)


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
    return _mean(product(HUNDRED, ZERO + held), len(days))


def shown(value: Decimal | None) -> Decimal | None:
    """A figure as it is given: to 12 places."""
    return None if value is None else ratio(value)


def _mean(value: Decimal, count: int) -> Decimal | None:
    return quotient(value, ZERO + count) if count else None


def _over(dividend: Decimal, divisor: Decimal) -> Decimal | None:
    return quotient(dividend, divisor) if divisor else None


def _squares(values: Iterable[Decimal]) -> Decimal:
    return total(product(value, value) for value in values)


def excursions_in_r(trade: Trade, lowest: Decimal, highest: Decimal) -> tuple[Decimal | None, Decimal | None]:
    """How far a trade went against its entry, and how far its way, in units of the risk first taken; never negative."""
    risk = abs(trade.entry_price - trade.initial_stop)
    if not risk:
        return None, None
    worst, best = (lowest, highest) if trade.side is Side.LONG else (highest, lowest)
    adverse, favourable = trade.side.gain(worst, trade.entry_price), trade.side.gain(trade.entry_price, best)
    return quotient(max(ZERO, adverse), risk), quotient(max(ZERO, favourable), risk)
