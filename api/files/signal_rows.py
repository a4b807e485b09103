"""The rows of a file of signals, CSV or JSON Lines, by the API's field names; what they mean is not known here."""

import csv
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import TextIO

from api.codec.inputs import BadInput, Given, parsed
from api.files.text_file import BadFile, Place, inner_name, numbered

_NESTED = "."
_DELIMITERS = (",", ";", "\t")


def signal_rows(path: Path, file: TextIO) -> Iterator[tuple[Place, Given]]:
    """The rows of an opened file; what is no CSV by its name is JSON Lines. Raises BadFile."""
    return _table(path, file) if inner_name(path).casefold().endswith(".csv") else _objects(path, file)


def _objects(path: Path, file: TextIO) -> Iterator[tuple[Place, Given]]:
    for place, text in numbered(path, file):
        try:
            yield place, parsed(text)
        except BadInput as problem:
            raise place.bad_file(str(problem)) from None


def _table(path: Path, file: TextIO) -> Iterator[tuple[Place, Given]]:
    """The rows of a CSV file: an empty cell is what was left out, and `trailingStop.offset` a field in a field."""
    first = file.readline()
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(chain([first], file), delimiter=delimiter, strict=True)
    header: list[str] | None = None
    try:
        for cells in reader:
            place = Place(path, reader.line_num)
            if not any(cells):
                continue
            if header is None:
                header = [cell.strip() for cell in cells]
            elif len(cells) != len(header):
                raise place.bad_file(f"the row has {len(cells)} cells, the header {len(header)}")
            else:
                yield place, _row(dict(zip(header, cells, strict=True)))
    except csv.Error as problem:
        raise BadFile(path, reader.line_num, f"not CSV: {problem}") from None


def _row(cells: Mapping[str, str]) -> Given:
    given: dict[str, object] = {}
    for key, cell in cells.items():
        if not cell.strip():
            continue
        outer, nested, inner = key.partition(_NESTED)
        if not nested:
            given[key] = cell.strip()
            continue
        group = given.setdefault(outer, {})
        if isinstance(group, dict):
            group[inner] = cell.strip()
    return given
