"""What a read model is: a table, and the rows that history makes in it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter
from typing import Any

from sqlalchemy import Table

from api.persistence.mappers import Values
from api.persistence.written_rows import StoredRow, stored_row
from domain.engine.events import JournalEntry
from domain.portfolio.account import Account

Key = tuple[Any, ...]
"""The values of a table's primary key as they are stored, in the order of its columns."""

MadeRow = Values | StoredRow
"""A row by the names of its columns, or, where there are many, as it is stored."""

Rows = Iterable[MadeRow]


@dataclass(frozen=True, slots=True)
class CurrentAccount:
    """An account as it stands, with the ordinals of its first and its newest journal entry; 0 is one not looked at."""

    account: Account
    opened: int
    changed: int


@dataclass(frozen=True, slots=True)
class CurrentSession:
    """An account in a session, as it stands or as it stood at the session's end.

    `began` and `ended` are the ordinals of the events; 0 and None are events that were not looked at, or not yet.
    """

    account: Account
    began: int
    ended: int | None


@dataclass(frozen=True, eq=False)
class Projection:
    """A table, and the rows that an event makes in it, or that follow without an event; a later row replaces an
    earlier one of its key.

    `from_event` is by class of event, given its entry and ordinal too; `from_state` by class of SessionCurve, of
    EndedSession, of Market and of what is defined above. What neither makes, the projector does.

    Rows that are appended have keys that never return. Columns that are `kept` stay as a key's first row has them;
    those `gathered` are bits, which add up. `account` is the column that names the account to which a row belongs.
    """

    table: Table
    from_event: Mapping[type, Callable[[Any, JournalEntry, int], Rows]] = field(default_factory=dict)
    from_state: Mapping[type, Callable[[Any], Rows]] = field(default_factory=dict)
    is_appended: bool = False
    kept: tuple[str, ...] = ()
    gathered: tuple[str, ...] = ()
    account: str | None = "account_id"

    @cached_property
    def places(self) -> Mapping[str, int]:
        """Where in a stored row each column stands."""
        return {column.name: place for place, column in enumerate(self.table.c)}

    @cached_property
    def key(self) -> Callable[[StoredRow], Key]:
        """The key of a stored row."""
        first, *others = (self.places[column.name] for column in self.table.primary_key)
        return itemgetter(first, *others) if others else lambda row: (row[first],)

    def stored(self, row: MadeRow) -> StoredRow:
        """A row as it is stored."""
        return row if isinstance(row, tuple) else stored_row(self.table, row)

    def lasting(self, row: StoredRow) -> tuple[Any, ...]:
        """What a later row of the same key must know of a row: the values that are kept or gathered."""
        return tuple(row[self.places[name]] for name in (*self.kept, *self.gathered))

    def after(self, lasting: tuple[Any, ...], row: StoredRow) -> StoredRow:
        """A row with what lasts of an earlier one of its key."""
        values = list(row)
        for name, earlier in zip((*self.kept, *self.gathered), lasting, strict=True):
            place = self.places[name]
            values[place] = earlier | values[place] if name in self.gathered else earlier
        return tuple(values)
