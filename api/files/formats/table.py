"""The table that the first lines of a file show: its header or the lack of one, and the dialect it is of."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from api.files.formats.dialect import FIGURE, Dialect
from api.files.formats.header import REQUIRED, columns_of, folded
from api.files.formats.reading import Reading
from api.files.formats.registry import DIALECTS, named
from api.files.formats.sample import UNIT_SEPARATOR, Sample, SampleRow, sample_of
from api.files.formats.wide_header import wide_header
from api.files.unusable import UnusableBars

_START_TITLES = "date or time or timestamp or datetime or start"
_FEWEST_FIGURES = 4


@dataclass(frozen=True, slots=True)
class Table:
    """The first rows of a file, all of one width, and where their fields stand.

    `above` is the last line before them, `title_line` that of the header, if there is one.
    """

    delimiter: str
    above: int
    width: int
    columns: Mapping[str, int]
    rows: Sequence[Sequence[str]]
    dialect: Dialect | None = None
    title_line: int | None = None
    interval_column: int | None = None
    symbol: str | None = None
    said: Sequence[str] = ()

    @property
    def first(self) -> Sequence[str]:
        """The first row, empty if there is none."""
        return self.rows[0] if self.rows else ()


def table_of(lines: Sequence[str], reading: Reading, symbol: str | None, path: str) -> Table:
    """The table of the first lines of a file at a path. Raises UnusableBars."""
    sample = sample_of(lines)
    if not sample.rows:
        raise UnusableBars(1, "the file is empty")
    if _is_data(sample.rows[0].cells):
        return _without_header(sample, reading, path)
    wide = wide_header(sample.rows, symbol)
    if wide is not None:
        if missing := [name for name in REQUIRED if name not in wide.columns]:
            raise UnusableBars(sample.rows[1].line, f"yfinance: {wide.symbol} has no column for {', '.join(missing)}")
        said = ("yfinance", *((f"{wide.symbol} of its columns",) if wide.symbol else ()))
        rows = _of_width(sample.rows[wide.lines :], len(sample.rows[0].cells))
        above = sample.rows[wide.lines - 1].line
        width = len(sample.rows[0].cells)
        return Table(sample.delimiter, above, width, wide.columns, rows, None, above, symbol=wide.symbol, said=said)
    return _with_header(sample, reading)


def _is_data(cells: Sequence[str]) -> bool:
    return sum(re.fullmatch(FIGURE, cell) is not None for cell in cells) >= _FEWEST_FIGURES


def _of_width(rows: Sequence[SampleRow], width: int) -> list[Sequence[str]]:
    return [row.cells for row in rows if len(row.cells) == width]


def _with_header(sample: Sample, reading: Reading) -> Table:
    line, header = sample.rows[0].line, sample.rows[0].cells
    rows = _of_width(sample.rows[1:], len(header))
    titles = [folded(title) for title in header]
    dialect = _headed(line, titles, reading)
    given = {**(dialect.columns if dialect else {}), **reading.columns}
    columns = columns_of(line, header, rows[0] if rows else (), given)
    if missing := [_title_of(name) for name in REQUIRED if name not in columns]:
        shown = ascii(", ".join(header)[:200])
        raise UnusableBars(line, f"the header lacks {', '.join(missing)}; it has {shown}: name them with --columns")
    place = titles.index(dialect.interval_column) if dialect and dialect.interval_column else None
    said = _said(sample, dialect)
    return Table(sample.delimiter, line, len(header), columns, rows, dialect, line, place, said=said)


def _title_of(name: str) -> str:
    return _START_TITLES if name == "start" else name


def _headed(line: int, titles: Sequence[str], reading: Reading) -> Dialect | None:
    known = set(titles)
    dialects = DIALECTS if reading.format is None else named(reading.format)
    fitting = [dialect for dialect in dialects if dialect.titles and dialect.titles <= known]
    if reading.format is not None and not fitting:
        raise UnusableBars(line, f"the header is not that of {dialects[0].title}")
    return max(fitting, key=lambda dialect: len(dialect.titles), default=None)


def _without_header(sample: Sample, reading: Reading, path: str) -> Table:
    first = sample.rows[0]
    width = len(first.cells)
    rows = _of_width(sample.rows, width)
    dialect = None if reading.columns else _bare(sample, rows, reading, path)
    given = reading.columns if dialect is None else dialect.columns
    columns = (
        columns_of(first.line, [f"column {place + 1}" for place in range(width)], first.cells, given) if given else {}
    )
    if any(name not in columns for name in REQUIRED):
        raise UnusableBars(
            first.line,
            "there is no header, and the rows are of no form that is known: name the columns with --columns, as in "
            "time=1,open=2,high=3,low=4,close=5, or the program with --format",
        )
    said = _said(sample, dialect)
    return Table(sample.delimiter, first.line - 1, width, columns, rows, dialect, None, said=said)


def _bare(sample: Sample, rows: Sequence[Sequence[str]], reading: Reading, path: str) -> Dialect | None:
    """The dialect of rows without a header: the one that is named, or one whose shape all of them have."""
    line = sample.rows[0].line
    if reading.format is None:
        bare = [form for form in DIALECTS if form.shape and sample.delimiter in (form.delimiter, UNIT_SEPARATOR)]
        known = [form for form in bare if _have_shape(rows, form)]
        told = next((form for form in known if form.is_told_by(path)), None)
        if told is None and known and known[0].one_of is not None:
            raise UnusableBars(line, known[0].one_of)
        return told or next(iter(known), None)
    forms = named(reading.format)
    fitting = [form for form in forms if len(form.shape) == len(sample.rows[0].cells)]
    if not fitting:
        raise UnusableBars(line, f"the rows are not those of {forms[0].title}")
    return next((form for form in fitting if _have_shape(rows, form)), fitting[0])


def _have_shape(rows: Sequence[Sequence[str]], dialect: Dialect) -> bool:
    """Whether most rows are of a dialect's shape: a few may be broken."""
    patterns = [re.compile(part) for part in dialect.shape]
    fitting = sum(_fits(row, patterns) for row in rows)
    return 10 * fitting > 9 * len(rows)


def _fits(row: Sequence[str], patterns: Sequence[re.Pattern[str]]) -> bool:
    return len(row) == len(patterns) and all(
        pattern.fullmatch(cell) for pattern, cell in zip(patterns, row, strict=True)
    )


def _said(sample: Sample, dialect: Dialect | None) -> list[str]:
    return ["" if dialect is None else dialect.title, *(f"after {banner}" for banner in sample.banner)]
