"""The texts of lists of trades, made plain: figures, times, and results net of what they cost."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from api.choices import DateOrder, DecimalMark
from api.files.formats.ambiguous import Ambiguous
from api.files.formats.figure_texts import figure_form
from api.files.formats.time_texts import time_form
from api.files.text_file import BadFile
from api.files.trade_formats import COSTS
from api.files.trade_rows import TradeList, TradeRow
from domain.money import plain, total
from domain.notation import read_number
from domain.validation import Invalid

_TIMES = ("time", "entry_time", "exit_time")
_FIGURES = (
    *("quantity", "price", "entry_price", "exit_price", "realized_pnl", "entry_fee", "exit_fee"),
    *("entry_rate", "exit_rate", *COSTS),
)


def plain_rows(
    path: Path, trades: TradeList, dates: DateOrder | None, decimal: DecimalMark | None
) -> Iterator[TradeRow]:
    """Rows with figures and times as they would be written plainly. Raises BadFile, which asks what is not known."""
    rows = [replace(row, fields=_without_minus_signs(row.fields)) for row in trades.rows]
    try:
        to_plain = figure_form(_texts(rows, _FIGURES), decimal) or str
        to_iso = time_form(_texts(rows, _TIMES) or [""], dates).to_iso or str
    except Ambiguous as problem:
        raise BadFile(path, None, str(problem)) from None
    for row in rows:
        fields = dict(row.fields)
        fields |= {name: to_plain(fields[name]) for name in _FIGURES if name in fields}
        fields |= {name: to_iso(fields[name]) for name in _TIMES if name in fields}
        plain_row = replace(row, fields=fields)
        yield _net(path, plain_row) if trades.written_by.profit_is_gross else plain_row


def _without_minus_signs(fields: Mapping[str, str]) -> Mapping[str, str]:
    return {name: text.replace("\N{MINUS SIGN}", "-") for name, text in fields.items()}


def _texts(rows: Sequence[TradeRow], names: Sequence[str]) -> list[str]:
    return [text for row in rows for name in names if (text := row.fields.get(name))]


def _net(path: Path, row: TradeRow) -> TradeRow:
    """A row whose result is net of what it cost; that is its commission."""
    try:
        costs = total(read_number(name, text) for name in COSTS if (text := row.fields.get(name)))
        is_entry = row.fields.get("direction") == "in"
        profit = read_number("realized_pnl", row.fields["realized_pnl"] or ("0" if is_entry else ""))
    except Invalid as problem:
        raise row.bad_file(path, problem.message) from None
    return replace(row, fields={**row.fields, "realized_pnl": plain(profit + costs), "commission": plain(-costs)})
