"""Bars in Parquet and Arrow files, read batch by batch (pyarrow, extra `papertape[parquet]`).

Decimals and whole numbers are taken as they are, of a float the fewest digits that mean it. Times without a zone that
are all midnights are dates.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from api.files.formats.sample import UNIT_SEPARATOR
from api.files.unusable import UnusableBars

if TYPE_CHECKING:
    import pyarrow as pa

_PARQUET = frozenset({".parquet", ".pq"})
_IPC = frozenset({".arrow", ".feather", ".ipc"})
_ROWS = 10_000
_INDEX = re.compile(r"__index_level_\d+__")
_PAIR = re.compile(r"\('([^']*)', '([^']*)'\)")
_WIDE = ("Price", "Ticker", "Date")
_SPOILERS = f'["\n\r{UNIT_SEPARATOR}]'


def is_arrow(path: Path) -> bool:
    """Whether a file is Parquet or Arrow by its name."""
    return path.suffix.casefold() in _PARQUET | _IPC


def arrow_records(path: Path) -> Iterator[str]:
    """The rows of a file as lines of cells, below those of their titles. Raises UnusableBars."""
    try:
        import pyarrow as pa
    except ImportError:
        reason = "Parquet and Arrow need pyarrow: pip install 'papertape[parquet]'"
        raise UnusableBars(None, reason) from None
    try:
        with _opened(path) as (schema, batches):
            places = _places(schema)
            for titles in _headers([schema.names[place] for place in places]):
                yield UNIT_SEPARATOR.join(titles) + "\n"
            for batch in batches:
                yield from _lines([batch.column(place) for place in places])
    except (pa.ArrowException, OSError) as problem:
        raise UnusableBars(None, f"cannot be read: {' '.join(str(problem).split())}") from None


@contextmanager
def _opened(path: Path) -> Iterator[tuple["pa.Schema", Iterator["pa.RecordBatch"]]]:
    import pyarrow as pa
    from pyarrow import parquet

    if path.suffix.casefold() in _PARQUET:
        with parquet.ParquetFile(path) as file:
            yield file.schema_arrow, file.iter_batches(batch_size=_ROWS)
        return
    with pa.OSFile(str(path)) as source:
        if source.read(6) == b"ARROW1":
            reader = pa.ipc.open_file(source)
            yield reader.schema, (reader.get_batch(number) for number in range(reader.num_record_batches))
        else:
            source.seek(0)
            stream = pa.ipc.open_stream(source)
            yield stream.schema, iter(stream)


def _places(schema: "pa.Schema") -> list[int]:
    """The columns that hold one value a row; an index of pandas comes first where it has no name, or the others two."""
    import pyarrow as pa

    flat = [place for place, column in enumerate(schema) if not pa.types.is_nested(column.type)]
    is_wide = any(_PAIR.fullmatch(schema.names[place]) for place in flat)
    is_first = (lambda name: _PAIR.fullmatch(name) is None) if is_wide else _INDEX.fullmatch
    return sorted(flat, key=lambda place: not is_first(schema.names[place]))


def _headers(names: Sequence[str]) -> list[list[str]]:
    """A line of titles; or of pairs of them, as pandas writes a header of two lines, the lines that yfinance makes."""
    pairs = [_PAIR.fullmatch(name) for name in names]
    if not any(pairs):
        return [["" if _INDEX.fullmatch(name) else re.sub(_SPOILERS, " ", name) for name in names]]
    lines = [["" if pair is None else re.sub(_SPOILERS, " ", pair[part]) for pair in pairs] for part in (1, 2)]
    return [[title, *line[1:]] for title, line in zip(_WIDE, [*lines, [""] * len(names)], strict=True)]


def _lines(columns: Sequence["pa.Array"]) -> Iterator[str]:
    return (UNIT_SEPARATOR.join(cells) + "\n" for cells in zip(*map(_texts, columns), strict=True))


def _texts(column: "pa.Array") -> Sequence[str]:
    import pyarrow as pa
    from pyarrow import compute

    if pa.types.is_timestamp(column.type) and column.type.tz is None:
        days = compute.cast(column, pa.date32(), safe=False)
        column = days if compute.cast(days, column.type).equals(column) else column
    texts = compute.fill_null(compute.cast(column, pa.string()), "")
    if pa.types.is_string(column.type) or pa.types.is_dictionary(column.type):
        texts = compute.replace_substring_regex(texts, _SPOILERS, " ")
    known: Sequence[str] = texts.to_pylist()
    return known
