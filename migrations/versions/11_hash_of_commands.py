"""The chain of history hashed by commands: all rows of one together, no longer each with the one before.

Every link is made anew. One that did not fit its history before keeps its hash, so that it fits it no more than it did:
what was altered is still found. Heads that were noted before are those of another chain. Both forms are written out
here, so that a later change of the code's does not change what this revision made.
"""

import json
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import op

revision = "11"
down_revision = "10"

_COLUMNS = {
    "commands": "ordinal account kind encoding sent clock recorded_at id content refusal ended_session closed",
    "bars": "ordinal batch symbol start end open high low close volume number",
    "quotes": "ordinal batch symbol time price number",
    "retractions": (
        "ordinal batch symbol since bars quotes asset_class last_price last_time bar_end volume updates retracted "
        "latest_end bar_close end_before"
    ),
    "backtests": "ordinal id name source recorded_at metrics trades trade_count curve",
    "journal": "ordinal account_id seq stream kind encoding occurred_at recorded_at payload",
}
_IDS = ("id", "account_id")
_ID_BYTES = 16
_NO_HISTORY = "0" * 64

_Row = tuple[str, list[Any]]
"""A table's name, and the hashed columns of a row as they are stored; the ordinal is the first."""
_Hash = Callable[[str, Sequence[_Row]], str]
"""The hash of a group of commands after another hash."""


def upgrade() -> None:
    """Hash each command as a whole."""
    _hash_anew(_by_row, _by_command)


def downgrade() -> None:
    """Hash each row with the one before."""
    _hash_anew(_by_command, _by_row)


def _by_row(digits: str, rows: Sequence[_Row]) -> str:
    for table, values in rows:
        texts = ("-" if value is None else f"{len(str(value))}:{value}" for value in ("1", table, *values))
        digits = sha256((digits + "".join(texts)).encode()).hexdigest()
    return digits


def _by_command(digits: str, rows: Sequence[_Row]) -> str:
    commands: list[list[list[Any]]] = []
    for table, values in rows:
        if table == "commands" or not commands:
            commands.append([])
        commands[-1].append([2, table, *values])
    for command in commands:
        digits = sha256((digits + json.dumps(command, separators=(",", ":"), default=str)).encode()).hexdigest()
    return digits


def _hash_anew(before: _Hash, after: _Hash) -> None:
    connection = op.get_bind()
    known, made = _NO_HISTORY, _NO_HISTORY
    links = connection.execute(sa.text('SELECT ordinal, "first", hash FROM chain ORDER BY ordinal')).all()
    for ordinal, first, digits in links:
        rows = _history(first, ordinal)
        made = after(made, rows) if before(known, rows) == digits else digits
        known = digits
        connection.execute(sa.text("UPDATE chain SET hash = :made WHERE ordinal = :at"), {"made": made, "at": ordinal})
    connection.execute(sa.text("UPDATE desk SET head = :made WHERE head = :known"), {"made": made, "known": known})


def _history(first: int, last: int) -> list[_Row]:
    """The rows of a group, in order."""
    rows: list[_Row] = []
    for table, names in _COLUMNS.items():
        columns = names.split()
        quoted = ", ".join(f'"{name}"' for name in columns)
        query = sa.text(f"SELECT {quoted} FROM {table} WHERE ordinal BETWEEN :first AND :last")  # noqa: S608 - ours
        places = [place for place, name in enumerate(columns) if name in _IDS]
        for row in op.get_bind().execute(query, {"first": first, "last": last}):
            values = list(row)
            for place in places:
                values[place] = _id(values[place])
            rows.append((table, values))
    return sorted(rows, key=lambda row: row[1][0])


def _id(value: bytes | UUID | None) -> str | None:
    """An id in its usual form: SQLite keeps its bytes. One that was made another length fits no hash, however told."""
    if isinstance(value, bytes):
        return str(UUID(bytes=value)) if len(value) == _ID_BYTES else value.hex()
    return None if value is None else str(value)
