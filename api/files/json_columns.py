"""Bars of JSON that stand column by column: lists side by side, or objects by time, as pandas writes them."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest

from api.files.formats.header import TITLES, folded
from api.files.json_document import JsonPart
from api.files.unusable import UnusableBars

_PRICES = ("open", "high", "low", "close")
_MISSING = object()
_SPLIT = ("columns", "index", "data")


def columns_in(members: Mapping[str, JsonPart]) -> Mapping[str, JsonPart] | None:
    """The columns among the members of an object; None unless all four prices are."""
    columns = {name: member for name, member in members.items() if not member.is_plain}
    titles = {folded(name) for name in columns}
    has_all = all(titles & set(TITLES[price]) for price in _PRICES)
    return columns if has_all and len({member.is_list for member in columns.values()}) == 1 else None


def of_columns(columns: Mapping[str, JsonPart]) -> Iterator[Mapping[str, object]]:
    """The rows that columns make. Raises UnusableBars where some are longer than others."""
    values = {name: column.value() for name, column in columns.items()}
    by_time = {name: column for name, column in values.items() if isinstance(column, Mapping)}
    if by_time:
        for time in next(iter(by_time.values())):
            yield {"": time} | {name: column.get(time) for name, column in by_time.items()}
        return
    lists = {name: column for name, column in values.items() if isinstance(column, list)}
    if len({len(column) for column in lists.values()}) > 1:
        shown = ", ".join(f"{name} {len(column)}" for name, column in lists.items())
        raise UnusableBars(None, f"its columns are not of one length: {shown}")
    for row in zip(*lists.values(), strict=True):
        yield dict(zip(lists, row, strict=True))


def of_split(members: Mapping[str, JsonPart]) -> Iterator[Mapping[str, object]] | None:
    """The rows of what pandas writes in parts, its titles, its index and its rows; None if it is not that."""
    parts = [members[name] for name in _SPLIT if name in members and members[name].is_list]
    if len(parts) != len(_SPLIT):
        return None
    titles, index, rows = (part.elements() for part in parts)
    return _split_rows([str(title) for title in titles], index, rows)


def _split_rows(
    titles: Sequence[str], index: Iterator[object], rows: Iterator[object]
) -> Iterator[Mapping[str, object]]:
    for place, row in zip_longest(index, rows, fillvalue=_MISSING):
        if place is _MISSING or row is _MISSING:
            raise UnusableBars(None, "its index and its data are not of one length")
        values = row if isinstance(row, list) else [row]
        yield {"": place} | dict(zip(titles, values, strict=False))
