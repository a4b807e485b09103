"""The report of a backtest, as a table for people."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from api.codec.field_names import api_message
from api.replay.backtest import BacktestResult
from api.wording import counted
from domain.money import ratio

_NOT_DEFINED = "–"
_MOST_SHOWN = 20


def print_report(result: BacktestResult, console: Console) -> None:
    """Print what came of a backtest; what was made of the files, not applied and refused comes first."""
    for note in result.notes:
        console.print(note, highlight=False, markup=False, soft_wrap=True)
    _print_not_applied(result, console)
    _print_refusals(result, console)
    table = Table(title=_title(result), show_header=False)
    table.add_column("figure")
    table.add_column("value", justify="right")
    for section in _sections(result):
        for name, value in section.items():
            table.add_row(name, value)
        table.add_section()
    console.print(table)


def _title(result: BacktestResult) -> str:
    span = f"{result.days[0].day} to {result.days[-1].day}, " if result.days else ""
    return f"Backtest of {escape(result.account.name)}: {span}{counted(len(result.days), 'day')}"


def _sections(result: BacktestResult) -> list[dict[str, str]]:
    return [_counts(result), _per_trade(result), _money_made(result), _curve(result)]


def _counts(result: BacktestResult) -> dict[str, str]:
    stats, statuses = result.stats, Counter(signal.status.value for signal in result.signals)
    came_to = ", ".join(f"{count} {status.lower()}" for status, count in sorted(statuses.items()))
    return {
        "Bars and quotes applied": f"{result.applied:,}",
        "Signals": f"{len(result.signals):,}" + (f" ({came_to})" if came_to else ""),
        "Trades": f"{stats.trades:,} ({stats.wins} won, {stats.losses} lost, {stats.break_even} even)",
        "Positions open at the end": str(len(result.account.positions)),
    }


def _per_trade(result: BacktestResult) -> dict[str, str]:
    stats = result.stats
    return {
        "Win rate": _percent(stats.win_rate),
        "Average R": _plain(stats.average_r),
        "Expectancy": _money(stats.expectancy),
        "Profit factor": _plain(stats.profit_factor),
        "Average win": _money(stats.average_win),
        "Average loss": _money(stats.average_loss),
        "Longest losing run": str(stats.longest_losing_run),
        "Average holding time": _duration(stats.average_holding),
    }


def _money_made(result: BacktestResult) -> dict[str, str]:
    totals = result.account.totals
    return {
        "Starting capital": _money(result.account.session.starting_capital),
        "Equity": _money(result.equity),
        "Realized P&L": _money(totals.realized_pnl),
        "Commission": _money(totals.commission),
        "Slippage": _money(totals.slippage),
        "Return": _percent(result.return_percent),
    }


def _curve(result: BacktestResult) -> dict[str, str]:
    figures = result.figures
    return {
        "Days in a year": f"{result.periods_per_year:,}",
        "Maximum drawdown": _percent(result.watermarks.max_drawdown),
        "Sharpe": _plain(figures.sharpe),
        "Sortino": _plain(figures.sortino),
        "Calmar": _plain(figures.calmar),
        "Volatility": _percent(figures.volatility),
        "Annual return": _percent(figures.annual_return),
    }


def _print_not_applied(result: BacktestResult, console: Console) -> None:
    for bar in result.not_applied[:_MOST_SHOWN]:
        where = f"{bar.place.path.name} line {bar.place.line}"
        console.print(
            f"{escape(where)}: {bar.outcome.value}: {escape(api_message(bar.message))}", highlight=False, soft_wrap=True
        )
    if (more := len(result.not_applied) - _MOST_SHOWN) > 0:
        console.print(f"… and {more} more that were not applied")


def _print_refusals(result: BacktestResult, console: Console) -> None:
    codes = Counter(signal.refusal.code.value for signal in result.signals if signal.refusal is not None)
    for code, count in codes.most_common():
        console.print(f"{counted(count, 'signal')} refused: {code}", highlight=False)


def _plain(value: Decimal | None, places: int = 3) -> str:
    return _NOT_DEFINED if value is None else f"{ratio(value):,.{places}f}"


def _money(value: Decimal | None) -> str:
    return _plain(value, places=2)


def _percent(value: Decimal | None) -> str:
    return _NOT_DEFINED if value is None else f"{ratio(value):,.2f} %"


def _duration(value: timedelta | None) -> str:
    return _NOT_DEFINED if value is None else str(timedelta(seconds=round(value.total_seconds())))
