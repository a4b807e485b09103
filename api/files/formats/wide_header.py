"""Headers of several lines, as yfinance writes them: fields and tickers above each other, and a line of its own that
names the index."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from api.files.formats.header import TITLES, folded
from api.files.formats.sample import SampleRow
from api.files.unusable import UnusableBars

_INDEX = frozenset({"date", "datetime", "timestamp"})
_FIELDS = frozenset({"", "price", "attributes", "ticker", "tickers", "symbols"})
_FEWEST = 3


@dataclass(frozen=True, slots=True)
class WideHeader:
    """So many lines of header, above the columns of one symbol."""

    lines: int
    symbol: str | None
    columns: Mapping[str, int]


def wide_header(rows: Sequence[SampleRow], symbol: str | None) -> WideHeader | None:
    """The header of several lines that the first rows are, if they are. Raises UnusableBars."""
    if len(rows) < _FEWEST or not _is_wide([row.cells for row in rows[:_FEWEST]]):
        return None
    first, second = rows[0].cells, rows[1].cells
    titles, tickers = (first, second) if _are_titles(first) else (second, first)
    symbols = dict.fromkeys(ticker for ticker in tickers[1:] if ticker)
    wanted = _wanted(rows[1].line, list(symbols), symbol)
    columns = {"start": 0}
    for place, (title, ticker) in enumerate(zip(titles, tickers, strict=True)):
        name = next((name for name, known in TITLES.items() if place and folded(title) in known), None)
        if name is not None and ticker == wanted:
            columns[name] = place
    return WideHeader(_FEWEST, wanted, columns)


def _is_wide(rows: Sequence[Sequence[str]]) -> bool:
    widths = {len(row) for row in rows}
    first, second, index = rows
    if len(widths) != 1 or folded(index[0]) not in _INDEX or any(index[1:]):
        return False
    return {folded(first[0]), folded(second[0])} <= _FIELDS and (_are_titles(first) or _are_titles(second))


def _are_titles(cells: Sequence[str]) -> bool:
    return {"open", "high", "low", "close"} <= {folded(cell) for cell in cells}


def _wanted(line: int, symbols: Sequence[str], symbol: str | None) -> str:
    if symbol is not None:
        wanted = next((known for known in symbols if known.upper() == symbol.upper()), None)
        if wanted is not None:
            return wanted
    if len(symbols) == 1:
        return symbols[0]
    shown = ", ".join(symbols)[:100]
    raise UnusableBars(line, f"yfinance: the columns are of {shown}: name one with --symbol")
