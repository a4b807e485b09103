"""Bars as JSON: the answers of an exchange's or a vendor's interface, or an object a line, number for number."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from json import JSONDecodeError
from typing import NamedTuple

from api.files.formats.header import folded
from api.files.formats.sample import UNIT_SEPARATOR
from api.files.json_columns import columns_in, of_columns, of_split
from api.files.json_document import JsonPart, document
from api.files.text_file import DAMAGES
from api.files.unusable import UnusableBars

_HOLDERS = ("bars", "results", "data", "candles", "values")
_SYMBOLS = frozenset({"symbol", "ticker"})
_DESCRIPTIONS = frozenset({"meta", "metadata"})
_LARGEST = 256 * 2**20
_FEWEST_FIELDS = 5
_UNREADABLE = "not JSON"
_SPOILERS = str.maketrans({'"': "'", "\n": " ", "\r": " ", UNIT_SEPARATOR: " "})
_NUMBERED = re.compile(r"\d+[a-z]?\. ")


class _Record(NamedTuple):
    """A bar's values, by name or in order, and its symbol where that stands outside it."""

    values: object
    symbol: str | None = None


def are_json(lines: Sequence[str]) -> bool:
    """Whether the first lines of a file are JSON."""
    first = next((line.strip() for line in lines if line.strip()), "")
    return first.startswith(("{", "["))


def json_records(lines: Iterable[str]) -> Iterator[str]:
    """The records of a file as lines of cells, below a line of their titles if they have any. Raises UnusableBars."""
    rest = iter(lines)
    first = next(line for line in rest if line.strip())
    records = _of_lines(chain([first], rest)) if _is_record(first) else _of_document(chain([first], rest))
    yield from _as_lines(records)


def _is_record(line: str) -> bool:
    """Whether a line is a bar by itself, which makes the file one of JSON lines."""
    try:
        value = _parsed(line)
    except (ValueError, RecursionError):
        return False
    if isinstance(value, Mapping):
        fields = [name for name, part in value.items() if not isinstance(part, list | Mapping)]
        return len(fields) >= _FEWEST_FIELDS and not any(isinstance(part, list) for part in value.values())
    return isinstance(value, list) and bool(value) and not isinstance(value[0], list | Mapping)


def _parsed(text: str) -> object:
    """A value of JSON, its numbers as they are written."""
    value: object = json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
    return value


def _of_lines(lines: Iterable[str]) -> Iterator[_Record]:
    for line in lines:
        try:
            yield _Record(_parsed(line) if line.strip() else None)
        except (ValueError, RecursionError):
            yield _Record(_UNREADABLE)


def _of_document(lines: Iterable[str]) -> Iterator[_Record]:
    """The bars of a document, all of which is JSON: it is looked through before any of them is taken."""
    try:
        whole = document(_text(lines))
        members, end = whole.members() if whole.is_object else ({}, whole.end())
        if whole.text[end:].strip():
            raise JSONDecodeError("Extra data", whole.text, end)
        records = _records_of(members, None) if whole.is_object else _records_in(whole, None)
        first = next(records, None)
    except (*DAMAGES, ValueError, RecursionError) as problem:
        raise UnusableBars(None, f"not JSON: {problem}") from None
    if first is None:
        raise UnusableBars(None, f"the JSON holds no list of bars, itself or as {', '.join(_HOLDERS)}")
    return chain([first], records)


def _text(lines: Iterable[str]) -> str:
    parts, size = [], 0
    for line in lines:
        parts.append(line)
        size += len(line)
        if size > _LARGEST:
            reason = "the document is larger than 256 MB: write its bars one a line, as with jq -c '.[]'"
            raise UnusableBars(None, reason)
    return "".join(parts)


def _records_in(part: JsonPart, symbol: str | None) -> Iterator[_Record]:
    """The bars in a list, or among the members of an object."""
    if part.is_list:
        return (_Record(value, symbol) for value in part.elements())
    return _records_of(part.members()[0], symbol) if part.is_object else iter(())


def _records_of(members: Mapping[str, JsonPart], symbol: str | None) -> Iterator[_Record]:
    """The bars in the field that holds them, by columns, by symbol or by time."""
    told = _symbol_in(members) or symbol
    if (rows := of_split(members)) is not None:
        return (_Record(row, told) for row in rows)
    holder = next((members[name] for name in _HOLDERS if name in members and not members[name].is_plain), None)
    if holder is not None:
        return _records_in(holder, told)
    if (columns := columns_in(members)) is not None:
        return (_Record(row, told) for row in of_columns(columns))
    return chain.from_iterable(_of_member(name, member, told) for name, member in members.items())


def _of_member(name: str, member: JsonPart, symbol: str | None) -> Iterator[_Record]:
    """The bars that a name has, which may be a symbol, or a time."""
    if member.is_list:
        return _records_in(member, name)
    value = member.value() if member.is_object and name[:1].isdecimal() else None
    if isinstance(value, Mapping) and value:
        return iter([_Record({"time": name, **value}, symbol)])
    return _records_in(member, symbol)


def _symbol_in(members: Mapping[str, JsonPart]) -> str | None:
    for name, member in members.items():
        known = _folded(name)
        if known in _SYMBOLS and member.is_plain:
            value = member.value()
            if isinstance(value, str):
                return value
        if known in _DESCRIPTIONS and member.is_object and (told := _symbol_in(member.members()[0])) is not None:
            return told
    return None


def _folded(title: str) -> str:
    return folded(_NUMBERED.sub("", title))


def _as_lines(records: Iterator[_Record]) -> Iterator[str]:
    first, records = _unnested(next(records), records)
    titles = [*first.values] if isinstance(first.values, Mapping) else None
    has_symbols = first.symbol is not None and titles is not None and _SYMBOLS.isdisjoint(map(_folded, titles))
    if titles is not None:
        yield _line([*(_NUMBERED.sub("", title) for title in titles), *(["symbol"] if has_symbols else ())])
    for values, symbol in chain([first], records):
        cells = _cells(values, titles)
        yield _line([*cells, symbol] if has_symbols else cells)


def _unnested(first: _Record, rest: Iterator[_Record]) -> tuple[_Record, Iterator[_Record]]:
    """Records with the fields of the one object in each beside its others, as of a candle in `mid`."""
    values = first.values if isinstance(first.values, Mapping) else {}
    inner = [name for name, value in values.items() if isinstance(value, Mapping)]
    if len(inner) != 1:
        return first, rest
    whole = (_with_inner(record, inner[0]) for record in chain([first], rest))
    return next(whole), whole


def _with_inner(record: _Record, name: str) -> _Record:
    values = record.values
    if not isinstance(values, Mapping) or not isinstance(inner := values.get(name), Mapping):
        return record
    return _Record({**inner, **values}, record.symbol)


def _cells(values: object, titles: Sequence[str] | None) -> Sequence[object]:
    if titles is None:
        return values if isinstance(values, list) else [values]
    return list(map(values.get, titles)) if isinstance(values, Mapping) else [values] * len(titles)


def _line(cells: Sequence[object]) -> str:
    texts = ["" if cell is None else str(cell) for cell in cells]
    all_of_it = "".join(texts)
    if '"' in all_of_it or not all_of_it.isprintable():
        texts = [text.translate(_SPOILERS) for text in texts]
    return UNIT_SEPARATOR.join(texts) + "\n"
