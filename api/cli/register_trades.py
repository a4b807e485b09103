"""Records what another tool found on a server as a backtest, so that paper is compared with it (R39)."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from rich.console import Console

from api.cli.register_backtest import MOST_POINTS, MOST_TRADES, RECORD_BACKTEST, thinned
from api.client import DeskClient, refuse_errors
from api.codec.json_codec import plain_data
from api.files.returns_file import DailyReturns, read_returns
from api.files.text_file import BadFile
from api.files.trade_file import OtherTrades, TradeFile, read_trades
from api.files.trade_rows import KNOWN, content_of, trade_list
from api.settings import ServerSettings
from api.wording import counted
from domain.analytics.curve import curve_figures
from domain.money import ZERO, percent, plain, quotient, ratio, total

_KEPT = """
query Backtests($after: String) {
  backtests(first: 100, after: $after) { nodes { id name source } pageInfo { hasNextPage endCursor } }
}
"""
_DIGITS = 12
_RETURNS = "daily returns"


@dataclass(frozen=True, slots=True)
class Registration:
    """What to record, under which name and source, and where."""

    file: TradeFile
    name: str | None
    source: str | None
    url: str
    as_json: bool


async def register_trades(settings: ServerSettings, wanted: Registration, console: Console) -> int:
    """Record what a file holds, unless it was already. Raises BadArgument, BadFile and DeskError."""
    read = _read(wanted.file)
    backtest = _backtest(wanted, read)
    async with DeskClient(wanted.url, token=settings.secret) as client:
        known, others = await _known(client, backtest)
        backtest_id = known or await _record(client, backtest)
    done = {"name": backtest["name"], "id": backtest_id, "recorded": known is None, "others": others}
    answer = {**(_of_trades(read) if isinstance(read, OtherTrades) else _of_returns(read)), **done}
    if wanted.as_json:
        console.print(json.dumps(answer), markup=False, highlight=False, soft_wrap=True)
    else:
        console.print(f"{_said(answer)}\n{_done(answer)}", markup=False, highlight=False, soft_wrap=True)
    return 0


def _read(file: TradeFile) -> OtherTrades | DailyReturns:
    content = content_of(file.path)
    if (listed := trade_list(file.path, content, file.strategy)) is not None:
        return read_trades(file, listed)
    returns = None if isinstance(content, str) else read_returns(file, content)
    if returns is None:
        raise BadFile(file.path, 1, f"not the header of a list of trades of {KNOWN}, nor of daily returns")
    return returns


def _backtest(wanted: Registration, read: OtherTrades | DailyReturns) -> dict[str, Any]:
    """The input of `recordBacktest`; its source ends with a digest of what was read, by which that is known again."""
    found = found_by_trades(read) if isinstance(read, OtherTrades) else found_by_returns(read)
    all_of_it = read.trades if isinstance(read, OtherTrades) else plain_data(read.curve)
    digest = hashlib.sha256(json.dumps(all_of_it, sort_keys=True).encode()).hexdigest()[:_DIGITS]
    tool = read.written_by if isinstance(read, OtherTrades) else _RETURNS
    path = wanted.file.path
    name = wanted.name or path.name.partition(".")[0] or path.name
    return {"name": name, "source": f"{wanted.source or tool} ({digest})", **found}


def found_by_trades(read: OtherTrades) -> dict[str, Any]:
    kept = read.trades if len(read.trades) <= MOST_TRADES else []
    return {"metrics": _metrics([Decimal(trade["realizedPnl"]) for trade in read.trades]), "trades": kept}


def _metrics(results: Sequence[Decimal]) -> dict[str, str]:
    """What follows from the trades alone."""
    wins, losses = [won for won in results if won > ZERO], [-lost for lost in results if lost < ZERO]
    metrics = {"winRate": plain(ratio(percent(Decimal(len(wins)), Decimal(len(results)))))}
    if losses:
        metrics["profitFactor"] = plain(ratio(quotient(total(wins), total(losses))))
    return metrics


def found_by_returns(read: DailyReturns) -> dict[str, Any]:
    """What follows from a curve alone, reckoned as the desk reckons its own (R38)."""
    figures = curve_figures([point.equity for point in read.curve], read.periods_per_year)
    metrics = {"maxDrawdown": plain(ratio(figures.max_drawdown))}
    if figures.sharpe is not None:
        metrics["sharpe"] = plain(ratio(figures.sharpe))
    return {"metrics": metrics, "curve": [plain_data(point) for point in thinned(read.curve, MOST_POINTS)]}


async def _known(client: DeskClient, backtest: Mapping[str, Any]) -> tuple[str | None, int]:
    """The id of the same backtest, if the server has it, and how many others it has of that name."""
    after, known, others = None, None, 0
    while True:
        page = (await client.query(_KEPT, {"after": after}))["backtests"]
        for node in page["nodes"]:
            is_named_so = node["name"] == backtest["name"]
            if is_named_so and node["source"] == backtest["source"]:
                known = node["id"]
            elif is_named_so:
                others += 1
        if not page["pageInfo"]["hasNextPage"]:
            return known, others
        after = page["pageInfo"]["endCursor"]


async def _record(client: DeskClient, backtest: Mapping[str, Any]) -> str:
    payload = (await client.query(RECORD_BACKTEST, {"input": backtest}))["recordBacktest"]
    refuse_errors(payload)
    backtest_id: str = payload["backtest"]["id"]
    return backtest_id


def _of_trades(read: OtherTrades) -> dict[str, Any]:
    return {
        "format": read.written_by,
        "trades": len(read.trades),
        "open": read.open_count,
        "leftOut": read.other_count,
        "currency": read.currency,
        "from": min((trade["entryTime"] for trade in read.trades), key=datetime.fromisoformat),
        "to": max((trade["exitTime"] for trade in read.trades), key=datetime.fromisoformat),
    }


def _of_returns(read: DailyReturns) -> dict[str, Any]:
    ends = {"from": read.curve[0].time.isoformat(), "to": read.curve[-1].time.isoformat()}
    return {"format": _RETURNS, "days": len(read.curve) - 1, **ends}


def _said(answer: Mapping[str, Any]) -> str:
    span = f"from {answer['from']} to {answer['to']}"
    if "days" in answer:
        compared = "without trades, only drawdown, Sharpe ratio and the curve can be compared"
        return f"{_RETURNS}: {counted(answer['days'], 'day')} {span}, read as fractions (0.01 is 1 %); {compared}"
    parts = [f"{answer['format']}: {counted(answer['trades'], 'trade')} {span}"]
    if answer["open"]:
        parts.append(f"{answer['open']} still open left out")
    if answer["leftOut"]:
        parts.append(f"{counted(answer['leftOut'], 'other row')} left out")
    currency = answer["currency"]
    parts.append(
        "amounts in USD" if currency == "USD" else f"amounts {f'in {currency} ' if currency else ''}taken as USD"
    )
    return ", ".join(parts)


def _done(answer: Mapping[str, Any]) -> str:
    count = answer.get("trades", 0)
    left_out = f" (its figures; more than {MOST_TRADES} trades are not kept)" if count > MOST_TRADES else ""
    done = "Recorded" if answer["recorded"] else "Already recorded"
    beside = f", beside {counted(answer['others'], 'other')} of that name" if answer["others"] else ""
    return f"{done} as {answer['name']}: {answer['id']}{left_out}{beside}"
