"""The chain: a hash over all history up to a place, which identifies a record.

Each command is hashed with all that it did, and with the hash before it: SHA-256 of that hash's 64 digits, and of the
rows in their order as JSON, which is ASCII and without spaces. A row is an array of the version of this hash, its
table's name and the hashed columns as they are stored (whole numbers, text, ids in their usual form, nulls). So it
depends neither on the database nor on how commands were grouped. The hash is kept at the end of each group, which is
one transaction of the writer.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from json import JSONEncoder
from operator import itemgetter
from typing import Any, Self

from sqlalchemy import Row, Table

from api.errors import BadArgument
from api.persistence import tables
from api.persistence.tables import INITIAL_HASH
from api.persistence.written_rows import StoredRow, stored_row

_VERSION = 2
_SHOWN_HEAD = re.compile(r"(?:head )?(\d{1,18}):([0-9a-f]{12,64})")


_COLUMNS = {
    tables.commands: "ordinal account kind encoding sent clock recorded_at id content refusal ended_session closed",
    tables.bars: "ordinal batch symbol start end open high low close volume number",
    tables.quotes: "ordinal batch symbol time price number",
    tables.retractions: (
        "ordinal batch symbol since bars quotes asset_class last_price last_time bar_end volume updates retracted "
        "latest_end bar_close end_before"
    ),
    tables.backtests: "ordinal id name source recorded_at metrics trades trade_count curve",
    tables.journal: "ordinal account_id seq stream kind encoding occurred_at recorded_at payload",
}
HASHED: dict[Table, list[str]] = {table: names.split() for table, names in _COLUMNS.items()}
"""The tables of history, each with the columns that are hashed, in their order: all that never changes."""
_LABELS = {table: (_VERSION, table.name) for table in HASHED}
_PICKED = {table: itemgetter(*map(list(table.c.keys()).index, names)) for table, names in HASHED.items()}
_ORDINAL = itemgetter(2)
_JSON = JSONEncoder(separators=(",", ":"), default=str)


@dataclass(frozen=True, slots=True)
class Head:
    """Where a record ends: its newest ordinal, the hash of all history up to it, and how many groups made it."""

    ordinal: int
    hash: str
    groups: int

    @classmethod
    def of(cls, desk: Row[Any]) -> Self:
        """The head that the desk's row holds."""
        return cls(desk.ordinal, desk.head, desk.groups)

    @property
    def number(self) -> int:
        """The first 12 digits of its hash, which a double holds exactly."""
        return int(self.hash[:12], 16)

    def __str__(self) -> str:
        return f"{self.ordinal}:{self.hash}"


NO_HISTORY = Head(0, INITIAL_HASH, 0)
"""The head of a record that has just begun."""


@dataclass(frozen=True, slots=True)
class Link:
    """The hash of all history up to the end of a group, which holds the ordinals from first to last."""

    first: int
    last: int
    hash: str


@dataclass(frozen=True, slots=True)
class ExpectedHead:
    """The expected head of a record: its ordinal, and its hash or at least the first 12 digits of that."""

    ordinal: int
    digits: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what a head is shown as, with or without the word. Raises BadArgument."""
        match = _SHOWN_HEAD.fullmatch(text.strip().lower())
        if match is None:
            raise BadArgument(f"{ascii(text)[:100]} is not a head: ORDINAL:HASH, as backup, export and verify print it")
        return cls(int(match[1]), match[2])

    def is_of(self, ordinal: int, hash_: str) -> bool:
        """Whether a record's hash at an ordinal is the one expected."""
        return self.ordinal == ordinal and hash_.startswith(self.digits)

    def __str__(self) -> str:
        return f"{self.ordinal}:{self.digits}"


class RunningHash:
    """The hash of a history that grows, command by command; the rows of one may come in any order, the command first.

    `before` is the hash of all before them.
    """

    def __init__(self, before: str) -> None:
        self._digits = before
        self._rows: list[tuple[Any, ...]] = []

    @property
    def digits(self) -> str:
        """In hexadecimal, with all rows of the last command."""
        if self._rows:
            self._rows.sort(key=_ORDINAL)
            self._digits = sha256((self._digits + _JSON.encode(self._rows)).encode()).hexdigest()
            self._rows = []
        return self._digits

    def add(self, table: Table, values: Mapping[str, Any]) -> None:
        """Take in a row of a table of history."""
        self.add_stored(table, [stored_row(table, {name: values[name] for name in HASHED[table]})])

    def add_stored(self, table: Table, rows: Sequence[StoredRow]) -> None:
        """Take in rows as they are stored."""
        if table is tables.commands:
            self._digits = self.digits
        label, picked = _LABELS[table], _PICKED[table]
        self._rows += [(*label, *picked(row)) for row in rows]
