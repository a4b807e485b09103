"""How a file of bars is laid out, as its first lines tell and its user says."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from itertools import chain
from pathlib import Path
from zoneinfo import ZoneInfo

from api.choices import DateOrder, Stamp
from api.codec.field_names import api_message
from api.files.formats.ambiguous import Ambiguous
from api.files.formats.dialect import Dialect
from api.files.formats.figure_texts import TO_PLAIN, ToPlain, added, figure_form
from api.files.formats.reading import Reading
from api.files.formats.sample import UNIT_SEPARATOR
from api.files.formats.table import Table, table_of
from api.files.formats.time_texts import TimeForm, ToIso, is_dotted, since_midnight_of, time_form
from api.files.intervals import Interval
from api.files.text_file import inner_name
from api.files.unusable import UnusableBars
from domain.notation import read_symbol, read_wall_time
from domain.validation import Invalid

PRICES = ("open", "high", "low", "close")
_MONTH = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the fields of a row stand, and how their texts become those of a plain file.

    The rows begin after the line `above`. `symbol`, `zone` and `interval` are what the file itself or the user says.
    """

    delimiter: str
    above: int
    width: int
    columns: Mapping[str, int]
    symbol: str | None = None
    zone: tzinfo | None = None
    interval: Interval | None = None
    stamp: Stamp = Stamp.START
    to_iso: ToIso | None = None
    price: ToPlain | None = None
    volume: ToPlain | None = None
    said: Sequence[str] = ()
    has_header: bool = True

    def start(self, cells: Sequence[str]) -> str:
        """The time of a row as ISO 8601."""
        text = cells[self.columns["start"]]
        if "clock" in self.columns:
            text = f"{text} {cells[self.columns['clock']]}"
        return text if self.to_iso is None else self.to_iso(text)

    def figures(self, cells: Sequence[str]) -> Mapping[str, str]:
        """The figures of a row as plain decimals; those that the first rows did not show are looked at, too."""
        price, volume = self.price or TO_PLAIN, self.volume or TO_PLAIN
        texts = {name: price(cells[self.columns[name]]) for name in PRICES}
        texts["volume"] = volume(cells[self.columns["volume"]]) if "volume" in self.columns else ""
        if "added" in self.columns:
            texts["volume"] = added(texts["volume"], volume(cells[self.columns["added"]]))
        return texts

    def above_all(self) -> str:
        """What tells how many cells a row must have."""
        return "the header" if self.has_header else "the first"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is known of a file from outside it."""

    path: Path
    symbol: str | None
    zone: tzinfo | None
    reading: Reading


def layout_of(asked: Asked, lines: Sequence[str]) -> Layout:
    """The layout of a file that begins with these lines. Raises UnusableBars, which asks for what is not known."""
    path = f"{asked.path.absolute().as_posix()}/{inner_name(asked.path)}"
    table = table_of(lines, asked.reading, asked.symbol, path)
    return _Recognition(asked, table, _named_parts(asked.path, table.dialect)).layout()


def _named_parts(path: Path, dialect: Dialect | None) -> Mapping[str, str]:
    """What the file's name tells, where it is one that the program gives."""
    if dialect is None or dialect.file_name is None:
        return {}
    match = dialect.file_name.fullmatch(inner_name(path).rpartition("/")[2])
    parts = {} if match is None else {name: part for name, part in match.groupdict().items() if part}
    if (symbol := parts.pop("other", None)) is not None and path.suffix.casefold() == ".zip":
        parts["symbol"] = symbol
    return parts


def _prefix(dialect: Dialect | None) -> str:
    return "" if dialect is None else f"{dialect.title}: "


@dataclass(frozen=True, slots=True)
class _Recognition:
    asked: Asked
    table: Table
    named: Mapping[str, str]
    ambiguous: list[str] = field(default_factory=list)

    def layout(self) -> Layout:
        dialect, table = self.table.dialect, self.table
        interval = self._interval()
        columns = dict(table.columns)
        if table.interval_column is not None and interval is not None and interval.is_of_calendar:
            columns.pop("clock", None)
        form = self._time_form(columns)
        zone = self.asked.zone or form.zone or (ZoneInfo(dialect.zone) if dialect and dialect.zone else None)
        stamp = self.asked.reading.stamp or (dialect.stamp if dialect else Stamp.START)
        is_date = columns.keys().isdisjoint({"clock"}) and self._is_date(form)
        symbol = self._symbol(columns)
        price, volume = self._figure_forms()
        self._require_answers(symbol, self._is_naive(form, columns, zone), is_date or stamp is not None)
        if stamp is None or (is_date and self.asked.reading.stamp is None):
            stamp = Stamp.START
        return Layout(
            *(table.delimiter, table.above, table.width, columns, symbol, zone, interval, stamp, form.to_iso),
            *(price, volume, self._said(zone, stamp), table.title_line is not None),
        )

    def _interval(self) -> Interval | None:
        """What the name, a column, or the end of the first bar says of the length of all."""
        known = {} if self.table.dialect is None else self.table.dialect.intervals
        text = known.get(self.named.get("interval", ""))
        if text is None and (place := self.table.interval_column) is not None:
            values = {row[place] for row in self.table.rows}
            text = known.get(values.pop()) if len(values) == 1 else None
        return self._until() if text is None else Interval.parse(text)

    def _until(self) -> Interval | None:
        first, columns = self.table.first, self.table.columns
        if not first or "until" not in columns:
            return None
        start, end = first[columns["start"]], first[columns["until"]]
        unit = {13: 1_000, 16: 1}.get(len(start))
        if unit is None or not (start + end).isdecimal() or len(start) != len(end):
            return None
        length = timedelta(microseconds=(int(end) + 1 - int(start)) * unit)
        return Interval(months=1) if length >= _MONTH else Interval(length)

    def _time_form(self, columns: Mapping[str, int]) -> TimeForm:
        day = self.named.get("day")
        if day is not None:
            return TimeForm(since_midnight_of(datetime.strptime(day, "%Y%m%d")))
        plain = Layout("", 0, 0, columns)
        order = self.asked.reading.dates or (self.table.dialect.dates if self.table.dialect else None)
        texts = [text for row in self.table.rows if (text := plain.start(row))] or [""]
        try:
            return time_form(texts, order)
        except Ambiguous as problem:
            self.ambiguous.append(str(problem))
            return time_form(texts, DateOrder.MONTH_FIRST)

    def _figure_forms(self) -> tuple[ToPlain | None, ToPlain | None]:
        columns, dialect = self.table.columns, self.table.dialect
        prices = self._cells(*PRICES)
        volumes = self._cells(*(name for name in ("volume", "added") if name in columns))
        mark = self.asked.reading.decimal
        places = 0 if dialect is None else dialect.places
        if dialect is not None and dialect.whole_only and not all(text.isdecimal() for text in prices):
            places = 0
        try:
            form = figure_form(chain(prices, volumes), mark, points_may_group=self._points_may_group())
        except Ambiguous as problem:
            self.ambiguous.append(str(problem))
            return None, None
        price = figure_form(chain(prices, volumes), mark, places) if places else form
        return price, _zero_as_unknown(form) if dialect is not None and dialect.zero_is_unknown else form

    def _points_may_group(self) -> bool:
        """Whether the file is as from where commas are those of decimals, and not as a known program writes it."""
        table = self.table
        if table.delimiter == ";":
            return table.dialect is None or table.dialect.delimiter != ";"
        is_text = table.dialect is None and table.delimiter != UNIT_SEPARATOR
        return is_text and any(map(is_dotted, self._cells("start")))

    def _cells(self, *names: str) -> list[str]:
        places = [self.table.columns[name] for name in names]
        return [row[place] for row in self.table.rows for place in places]

    def _symbol(self, columns: Mapping[str, int]) -> str | None:
        """The symbol of all rows as it is written; where they have a column of symbols, the one that is asked for."""
        told = None if "symbol" in columns else self.table.symbol or self.named.get("symbol")
        symbol = told if self.asked.symbol is None else self.asked.symbol
        if symbol is not None:
            _require_readable(symbol)
        return symbol

    def _is_date(self, form: TimeForm) -> bool:
        first = self._first_time(self.table.columns, form)
        return len(first) == len("2024-01-02")

    def _first_time(self, columns: Mapping[str, int], form: TimeForm) -> str:
        if not self.table.first:
            return ""
        return Layout("", 0, 0, columns, to_iso=form.to_iso).start(self.table.first)

    def _is_naive(self, form: TimeForm, columns: Mapping[str, int], zone: tzinfo | None) -> bool:
        if zone is not None:
            return False
        try:
            return read_wall_time("time", self._first_time(columns, form)).tzinfo is None
        except Invalid:
            return False

    def _require_answers(self, symbol: str | None, is_naive: bool, is_stamped: bool) -> None:
        """Ask in one line for what the file does not say; for a zone alone its first row does."""
        lacks_symbol = symbol is None and "symbol" not in self.table.columns
        questions = [] if is_stamped else ["its times may be starts or ends of bars: say which with --stamped"]
        if lacks_symbol:
            has_header = self.table.title_line is not None
            lacking = "the header has no symbol column" if has_header else "the rows have no symbol"
            questions.insert(0, f"{lacking}: name the symbol with --symbol")
        if is_naive and (questions or self.table.dialect is not None):
            questions.append("its times have no UTC offset: name their zone with --timezone")
        if questions or self.ambiguous:
            line = (self.table.title_line if questions else None) or self.table.above + 1
            raise UnusableBars(line, _prefix(self.table.dialect) + "; ".join([*questions, *self.ambiguous]))

    def _said(self, zone: tzinfo | None, stamp: Stamp) -> list[str]:
        dialect, said = self.table.dialect, [*self.table.said]
        if zone is not None and self.asked.zone is None:
            said.append(f"times in {zone}")
        if stamp is Stamp.END:
            said.append("stamped at the end of each bar")
        if dialect is not None and dialect.left_out is not None:
            said.append(f"without {dialect.left_out}")
        return said


def _require_readable(symbol: str) -> None:
    try:
        read_symbol(symbol)
    except Invalid as invalid:
        raise UnusableBars(None, api_message(invalid.message)) from None


def _zero_as_unknown(form: ToPlain | None) -> Callable[[str], str]:
    def volume(text: str) -> str:
        plain = text if form is None else form(text)
        return "" if plain.strip("0.") == "" else plain

    return volume
