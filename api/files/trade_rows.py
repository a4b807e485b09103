"""The rows of other tools' lists of trades, in the fields that every format shares."""

import csv
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from api.errors import BadArgument
from api.files.arrow_records import arrow_records, is_arrow
from api.files.formats.sample import UNIT_SEPARATOR
from api.files.html_rows import html_rows, is_html
from api.files.text_file import DAMAGES, BadFile, opened
from api.files.trade_formats import FREQTRADE, OF_ROWS, TradeFormat
from api.files.unusable import UnusableBars

_LARGEST = 256 * 2**20
_DELIMITERS = (UNIT_SEPARATOR, "\t", ";", ",")
_OF_ENTRY = frozenset({"side", "entry_price", "entry_time"})
_CURRENCY = re.compile(r"Currency:?\W*([A-Z]{3})\b|Account:?.*\(([A-Z]{3}), ")
KNOWN = "TradingView, backtesting.py, vectorbt, freqtrade or MetaTrader"

Rows = Sequence[tuple[int, Sequence[str]]]
"""Lines of a file, and the cells of the rows that end there."""


@dataclass(frozen=True, slots=True)
class TradeRow:
    """A trade's texts by field, and where it stands: a line of a file of rows, or a trade of a document.

    `entry_line` is that of its entry, where it has one of its own.
    """

    fields: Mapping[str, str]
    line: int | None
    trade: int | None = None
    entry_line: int | None = None

    def bad_file(self, path: Path, reason: str, field: str = "") -> BadFile:
        """What is wrong there, in a field."""
        line = self.entry_line if self.entry_line and field in _OF_ENTRY else self.line
        return BadFile(path, line, reason if self.trade is None else f"trade {self.trade}: {reason}")


@dataclass(frozen=True, slots=True)
class TradeList:
    """The rows of a list of trades, which tool wrote it, and the currency of its amounts if it says that."""

    written_by: TradeFormat
    rows: Sequence[TradeRow]
    currency: str | None


def content_of(path: Path) -> str | Rows:
    """A JSON document as it is, or the rows of anything else. Raises BadFile."""
    text = _text(path)
    if text.lstrip().startswith("{"):
        return text
    return html_rows(text) if is_html(text) else _rows_of(path, text)


def trade_list(path: Path, content: str | Rows, strategy: str | None) -> TradeList | None:
    """A list of trades; None if these rows are none. Raises BadArgument and BadFile."""
    if isinstance(content, str):
        return _of_document(path, content, strategy)
    for written_by in OF_ROWS:
        for above, (_, header) in enumerate(content if written_by.in_report else content[:1]):
            places = written_by.places(header)
            if places is not None:
                rows = list(_below(path, content[above + 1 :], header, written_by, places))
                title = header[places["realized_pnl"]]
                return TradeList(written_by, rows, _titled(title) or _announced(content[:above]))
    return None


def _text(path: Path) -> str:
    if path.suffix.casefold() == ".zip":
        return _archived(path)
    try:
        if is_arrow(path):
            return "".join(arrow_records(path))
        with opened(path) as file:
            text = file.read(_LARGEST + 1)
    except UnusableBars as problem:
        raise BadFile(path, problem.line, problem.reason) from None
    except (*DAMAGES, OSError, UnicodeError) as problem:
        raise BadFile(path, None, f"cannot be read: {problem}") from None
    if len(text) > _LARGEST:
        raise BadFile(path, None, "the file is larger than 256 MB")
    return text


def _archived(path: Path) -> str:
    """The result in an archive of freqtrade, which holds its configuration and strategies too."""
    try:
        with ZipFile(path) as archive:
            members = [name for name in archive.namelist() if name.endswith((".json", ".csv"))]
            results = [name for name in members if not name.endswith("_config.json") and "__MACOSX" not in name]
            if len(results) != 1:
                raise BadFile(path, None, f"the archive holds {len(results)} results, and must hold one: unpack it")
            if archive.getinfo(results[0]).file_size > _LARGEST:
                raise BadFile(path, None, "the file is larger than 256 MB")
            return archive.read(results[0]).decode("utf-8-sig")
    except (BadZipFile, NotImplementedError, RuntimeError, OSError, UnicodeError) as problem:
        raise BadFile(path, None, f"the archive cannot be unpacked: {problem}") from None


def _rows_of(path: Path, text: str) -> Rows:
    """The rows of a text, by the delimiter that makes most cells of its widest line."""
    lines = text.splitlines()
    widest = max(lines, key=lambda line: max(map(line.count, _DELIMITERS)), default="")
    delimiter = max(_DELIMITERS, key=widest.count)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        return [(reader.line_num, [cell.strip() for cell in cells]) for cells in reader if any(map(str.strip, cells))]
    except csv.Error as problem:
        raise BadFile(path, reader.line_num, f"no row of a CSV file: {problem}") from None


def _below(
    path: Path, rows: Rows, header: Sequence[str], written_by: TradeFormat, places: Mapping[str, int]
) -> Iterator[TradeRow]:
    keys = [places[name] for name in ("ticket", "symbol", "side") if name in places]
    for line, cells in rows:
        if written_by.in_report:
            if _ends_list(cells, keys):
                return
            cells = [*cells[: len(header)], *(cell for cell in cells[len(header) :] if cell)]
        if len(cells) != len(header):
            raise BadFile(path, line, f"{len(cells)} cells below a header of {len(header)}")
        yield TradeRow({name: cells[place] for name, place in places.items()}, line)


def _ends_list(cells: Sequence[str], keys: Sequence[int]) -> bool:
    """Whether a row of a report is the title of what comes next, or the sums of a list."""
    is_title = sum(map(bool, cells)) == 1 and not cells[0][:1].isdecimal()
    return is_title or not any(cells[place] for place in (0, *keys) if place < len(cells))


def _titled(title: str) -> str | None:
    """The currency at the end of a title, as in `Net P&L USD`."""
    last = title.rpartition(" ")[2]
    return last if last.isupper() and last.isalpha() else None


def _announced(above: Rows) -> str | None:
    """The currency that a report names above its lists."""
    matches = (_CURRENCY.search(" ".join(filter(None, cells))) for _, cells in above)
    return next((match[1] or match[2] for match in matches if match), None)


def _of_document(path: Path, text: str, strategy: str | None) -> TradeList:
    try:
        document = json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError) as problem:
        raise BadFile(path, None, f"not JSON: {problem}") from None
    result = _strategy(path, document.get("strategy"), strategy)
    trades, currency = result.get("trades"), result.get("stake_currency")
    if not isinstance(trades, list):
        raise BadFile(path, None, "its strategy has no list of trades")
    rows = [_of_object(path, number, trade) for number, trade in enumerate(trades, start=1)]
    return TradeList(FREQTRADE, rows, currency if isinstance(currency, str) else None)


def _strategy(path: Path, strategies: object, wanted: str | None) -> Mapping[str, Any]:
    if not isinstance(strategies, dict) or not all(isinstance(result, dict) for result in strategies.values()):
        raise BadFile(path, None, f"not a result of {KNOWN}")
    result: Mapping[str, Any] = strategies[chosen(path, list(strategies), wanted)]
    return result


def chosen(path: Path, names: Sequence[str], wanted: str | None) -> str:
    """The strategy that is wanted, or the only one. Raises BadArgument."""
    listed = ", ".join(names) or "of nobody"
    if wanted is None and len(names) != 1:
        raise BadArgument(f"{path.name} holds the strategies {listed}: say which with --strategy")
    if wanted is not None and wanted not in names:
        raise BadArgument(f"{path.name} holds no strategy {wanted!r}, but {listed}")
    return wanted or names[0]


def _of_object(path: Path, number: int, trade: object) -> TradeRow:
    titles: Sequence[str] = list(trade) if isinstance(trade, dict) else []
    places = FREQTRADE.places(titles)
    if places is None or not isinstance(trade, dict):
        raise BadFile(path, None, f"trade {number}: not a trade of freqtrade, which has {_needed()}")
    texts = {name: trade[titles[place]] for name, place in places.items()}
    return TradeRow({name: "" if text is None else str(text) for name, text in texts.items()}, None, number)


def _needed() -> str:
    return ", ".join(titles[0] for titles in FREQTRADE.columns.values())
