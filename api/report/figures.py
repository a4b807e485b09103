"""How the figures of a report are written: plain notation, fixed places for each kind, thousands apart."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal
from enum import Enum

from api.application.reports import ReportView
from domain.money import ZERO, plain, ratio

UNDEFINED = "–"

_ENOUGH = Context(prec=90, rounding=ROUND_HALF_EVEN)


class Tone(Enum):
    """What a figure means for the account."""

    NEUTRAL = "neutral"
    GAIN = "gain"
    LOSS = "loss"


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its name; `exact` is the whole of it, None where it is not defined."""

    name: str
    shown: str
    exact: str | None
    tone: Tone = Tone.NEUTRAL


def fixed(value: Decimal, places: int, *, signed: bool = False) -> str:
    """A number to fixed places, half-even, thousands apart; what rounds to nothing has no sign."""
    short = value.quantize(Decimal(1).scaleb(-places), context=_ENOUGH)
    return f"{short.copy_abs() if short == ZERO else short:{'+' if signed and short else ''},f}"


def money(value: Decimal | None, *, signed: bool = False) -> str:
    """An amount of USD."""
    return UNDEFINED if value is None else fixed(value, 2, signed=signed)


def percent(value: Decimal | None, *, signed: bool = False) -> str:
    """A figure of 0 to 100."""
    return UNDEFINED if value is None else f"{fixed(value, 2, signed=signed)} %"


def multiple(value: Decimal | None, *, signed: bool = False) -> str:
    """A ratio or an R multiple."""
    return UNDEFINED if value is None else fixed(value, 2, signed=signed)


def price(value: Decimal) -> str:
    """A price: small ones with all their places."""
    return fixed(value, 4 if abs(value) >= 1 else 8)


def quantity(value: Decimal) -> str:
    """A quantity, exactly."""
    return f"{Decimal(plain(value)):,f}"


def span(value: timedelta | None) -> str:
    """A length of time, to two units."""
    if value is None:
        return UNDEFINED
    minutes = round(value.total_seconds() / 60)
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return f"{days:,} d {hours} h" if hours else f"{days:,} d"
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def words(code: str) -> str:
    """A code as words: STOP_LOSS is stop loss."""
    return code.replace("_", " ").lower()


def minus(shown: str) -> str:
    """A figure as it is set on a page: its minus is as wide as a plus."""
    return shown.replace("-", "−")


def tone_of(value: Decimal | None) -> Tone:
    """Gain above zero, loss below."""
    if not value:
        return Tone.NEUTRAL
    return Tone.GAIN if value > ZERO else Tone.LOSS


def headline(view: ReportView) -> list[Figure]:
    """What is looked at first."""
    stats, curve = view.stats, view.curve
    return [
        _percent("Return", view.return_percent, toned=True),
        _money("Equity", view.record.watermarks.equity),
        _percent("Maximum drawdown", view.max_drawdown),
        _multiple("Sharpe", curve.sharpe),
        Figure("Trades", f"{stats.trades:,}", str(stats.trades)),
        _percent("Win rate", stats.win_rate),
        _multiple("Average R", stats.average_r, toned=True),
        _multiple("Profit factor", stats.profit_factor),
    ]


def groups(view: ReportView) -> dict[str, list[Figure]]:
    """All other figures, by what they are about."""
    return {"Money": _money_made(view), "Trades": _trades(view), "Curve": _curve(view)}


def _money_made(view: ReportView) -> list[Figure]:
    stats, capital = view.stats, view.record.session.starting_capital
    return [
        _money("Starting capital", capital),
        _money("Cash", view.record.totals.cash),
        _money("Realized P&L", stats.realized_pnl, toned=True),
        _money("Gross profit", stats.gross_profit),
        _money("Gross loss", stats.gross_loss),
        _money("Commission", stats.commission),
        _money("Slippage", stats.slippage),
    ]


def _trades(view: ReportView) -> list[Figure]:
    stats = view.stats
    counts = f"{stats.wins:,} / {stats.losses:,} / {stats.break_even:,}"
    return [
        Figure("Won / lost / even", counts, counts.replace(",", "")),
        _money("Expectancy", stats.expectancy, toned=True),
        _money("Average win", stats.average_win),
        _money("Average loss", stats.average_loss),
        _money("Best trade", stats.best_pnl, toned=True),
        _money("Worst trade", stats.worst_pnl, toned=True),
        Figure("Longest losing run", f"{stats.longest_losing_run:,}", str(stats.longest_losing_run)),
        Figure("Average holding time", span(stats.average_holding), None),
    ]


def _curve(view: ReportView) -> list[Figure]:
    curve = view.curve
    return [
        Figure("Days with data", f"{len(view.days):,}", str(len(view.days))),
        Figure("Days in a year", f"{view.periods_per_year:,}", str(view.periods_per_year)),
        _percent("Exposure", view.exposure),
        _percent("Current drawdown", view.current_drawdown),
        _percent("Annual return", curve.annual_return, toned=True),
        _percent("Volatility", curve.volatility),
        _multiple("Sortino", curve.sortino),
        _multiple("Calmar", curve.calmar),
    ]


def _money(name: str, value: Decimal | None, *, toned: bool = False) -> Figure:
    exact = None if value is None else plain(value)
    return Figure(name, money(value, signed=toned), exact, tone_of(value) if toned else Tone.NEUTRAL)


def _percent(name: str, value: Decimal | None, *, toned: bool = False) -> Figure:
    return Figure(name, percent(value, signed=toned), _ratio(value), tone_of(value) if toned else Tone.NEUTRAL)


def _multiple(name: str, value: Decimal | None, *, toned: bool = False) -> Figure:
    return Figure(name, multiple(value, signed=toned), _ratio(value), tone_of(value) if toned else Tone.NEUTRAL)


def _ratio(value: Decimal | None) -> str | None:
    return None if value is None else plain(ratio(value))
