"""Trades of other tools, as a backtest of the desk has them: all of a file, or none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
from pathlib import Path

from api.choices import DateOrder, DecimalMark
from api.errors import BadArgument
from api.files.round_trips import Deals, paired
from api.files.text_file import BadFile
from api.files.trade_formats import RowKind, TradeFormat
from api.files.trade_rows import TradeList, TradeRow
from api.files.trade_texts import plain_rows
from api.files.wall_times import WrongZone, with_offset
from domain.money import plain
from domain.notation import read_number, read_symbol, to_8_places
from domain.validation import Invalid, require, require_price

_LENGTH_OF_A_DATE = len("2024-01-02")
_SIDES = {"long": "LONG", "short": "SHORT", "buy": "LONG", "sell": "SHORT"}
_DOLLARS = frozenset({"USD", "USDT", "USDC", "BUSD", "FDUSD", "TUSD", "USDP", "DAI"})


@dataclass(frozen=True, slots=True)
class TradeFile:
    """A file of trades or returns, and what is said of it; `strategy` picks one of several."""

    path: Path
    symbol: str | None = None
    timezone: tzinfo | None = None
    strategy: str | None = None
    dates: DateOrder | None = None
    decimal: DecimalMark | None = None


@dataclass(frozen=True, slots=True)
class OtherTrades:
    """The trades of a file as inputs of `recordBacktest`, in its order.

    `open_count` were still open; `other_count` rows were none, but deposits or orders. `currency` is that of its
    amounts, None if the file does not say it.
    """

    written_by: str
    trades: Sequence[Mapping[str, str]]
    open_count: int
    other_count: int
    currency: str | None


def read_trades(file: TradeFile, listed: TradeList) -> OtherTrades:
    """All trades of a list that are closed. Raises BadArgument and BadFile."""
    written_by = listed.written_by
    if listed.currency is not None and listed.currency not in _DOLLARS:
        reason = f"its amounts are in {listed.currency}, and a desk's are in USD: let {written_by.title} reckon in USD"
        raise BadFile(file.path, None, f"{written_by.title}: {reason}")
    rows = list(plain_rows(file.path, _without_others(listed), file.dates, file.decimal))
    whole, open_count = _whole(file.path, written_by, rows)
    closed = [row for row in whole if not _is_open(row)]
    if not closed:
        raise BadFile(file.path, None, f"{written_by.title}: it holds no closed trade")
    trades = [_trade(file, written_by, row) for row in closed]
    other_count = len(listed.rows) - len(rows)
    return OtherTrades(written_by.title, trades, open_count + len(whole) - len(closed), other_count, listed.currency)


def _without_others(listed: TradeList) -> TradeList:
    left_out = listed.written_by.left_out
    rows = [row for row in listed.rows if row.fields.get("side", row.fields.get("type", "")).casefold() not in left_out]
    return TradeList(listed.written_by, rows, listed.currency)


def _whole(path: Path, written_by: TradeFormat, rows: Sequence[TradeRow]) -> tuple[Sequence[TradeRow], int]:
    """Rows that are trades, and how many of those that they are made of are known to be open."""
    match written_by.kind:
        case RowKind.TRADE:
            return rows, 0
        case RowKind.END:
            return list(paired(path, rows, written_by.ends)), 0
        case RowKind.DEAL:
            deals = Deals(path)
            return list(deals.trades(rows)), deals.open_count


def _is_open(row: TradeRow) -> bool:
    return row.fields.get("status", "").casefold() == "open" or row.fields.get("is_open") == "True"


def _trade(file: TradeFile, written_by: TradeFormat, row: TradeRow) -> dict[str, str]:
    symbol = file.symbol or row.fields.get("symbol", "")
    if not symbol or symbol.isdigit():
        raise BadArgument(f"{written_by.title} does not say what was traded in {file.path.name}: give --symbol")
    try:
        return {"symbol": read_symbol(symbol), **_figures(row.fields), **_times(row.fields, file.timezone)}
    except Invalid as problem:
        raise row.bad_file(file.path, problem.message, problem.field) from None
    except WrongZone as problem:
        raise row.bad_file(file.path, str(problem), "entry_time") from None


def _figures(fields: Mapping[str, str]) -> dict[str, str]:
    size = to_8_places(read_number("quantity", fields["quantity"]))
    require(size != 0, "quantity must not be 0", "quantity")
    prices = {name: to_8_places(read_number(name, fields[name])) for name in ("entry_price", "exit_price")}
    for name, price in prices.items():
        require_price(name, price)
    return {
        "side": _side(fields, size),
        "quantity": plain(abs(size)),
        "entryPrice": plain(prices["entry_price"]),
        "exitPrice": plain(prices["exit_price"]),
        "realizedPnl": plain(to_8_places(read_number("realized_pnl", fields["realized_pnl"]))),
        "commission": plain(to_8_places(_commission(fields, abs(size), prices))),
    }


def _side(fields: Mapping[str, str], size: Decimal) -> str:
    """Which way a trade went: in words, as a flag, or by the sign of its size."""
    if "side" not in fields:
        return "SHORT" if size < 0 or fields.get("is_short") == "True" else "LONG"
    side = _SIDES.get(fields["side"].casefold())
    if side is None:
        raise Invalid(f"side must be long or short, not {fields['side']!r}", "side")
    return side


def _commission(fields: Mapping[str, str], size: Decimal, prices: Mapping[str, Decimal]) -> Decimal:
    """What a trade cost: as an amount, as one for each end, or as rates of what changed hands."""
    if fields.get("commission"):
        return read_number("commission", fields["commission"])
    if "entry_fee" in fields:
        return read_number("entry_fee", fields["entry_fee"]) + read_number("exit_fee", fields["exit_fee"])
    rates = [name for name in ("entry", "exit") if fields.get(f"{name}_rate")]
    costs = (size * prices[f"{name}_price"] * read_number(name, fields[f"{name}_rate"]) for name in rates)
    return sum(costs, Decimal(0))


def _times(fields: Mapping[str, str], zone: tzinfo | None) -> dict[str, str]:
    entry, exit_ = (_time(name, fields[name], zone) for name in ("entry_time", "exit_time"))
    ordered = datetime.fromisoformat(entry) <= datetime.fromisoformat(exit_)
    require(ordered, f"it exited at {fields['exit_time']}, before its entry at {fields['entry_time']}", "exit_time")
    return {"entryTime": entry, "exitTime": exit_}


def _time(name: str, text: str, zone: tzinfo | None) -> str:
    """A time with its offset; a day is its midnight, which is how these tools write bars of days."""
    written = with_offset(name, f"{text} 00:00" if len(text) == _LENGTH_OF_A_DATE else text, zone)
    return datetime.fromisoformat(written).isoformat()
