"""Market days by kind: a symbol's bars and its quotes of a day, each with where in history they begin.

Where they end follows from where the next day's begin, so that a bar changes nothing but in a new hour. They are made
again out of the market data. Column types are written out here, so that a later change of the code's types does not
change what this revision made. Times are microseconds since 1970.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "10"
down_revision = "9"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STARTS = {"BAR": "SELECT symbol, start, ordinal FROM bars", "QUOTE": "SELECT symbol, time, ordinal FROM quotes"}
_AT_ONCE = 10_000

_Days = dict[tuple[str, date], list[int]]
"""By symbol and day the first and the last ordinal, and the hours as bits."""


def upgrade() -> None:
    """Tell bars from quotes, and leave out where a day's end."""
    op.drop_table("market_days")
    days = op.create_table(
        "market_days",
        sa.Column("symbol", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=5), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("symbol", "kind", "day", name=op.f("pk_market_days")),
    )
    for kind in _STARTS:
        known: _Days = {}
        _gather(known, kind)
        _fill(days, known, lambda first, _, hours: {"kind": kind, "first": first, "hours": hours})  # noqa: B023


def downgrade() -> None:
    """Tell where a day's data begins and ends, of whatever kind it is."""
    op.drop_table("market_days")
    days = op.create_table(
        "market_days",
        sa.Column("symbol", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("symbol", "day", name=op.f("pk_market_days")),
    )
    known: _Days = {}
    for kind in _STARTS:
        _gather(known, kind)
    _fill(days, known, lambda first, last, hours: {"first": first, "last": last, "hours": hours})


def _gather(days: _Days, kind: str) -> None:
    for symbol, start, ordinal in _market_data(kind):
        moment = _EPOCH + timedelta(microseconds=start)
        known = days.setdefault((symbol, moment.date()), [ordinal, ordinal, 0])
        known[:] = min(known[0], ordinal), max(known[1], ordinal), known[2] | 1 << moment.hour


def _market_data(kind: str) -> Iterator[Any]:
    """In order of ordinal, part by part: no cursor is left open on a table that is to be changed."""
    query = sa.text(f"{_STARTS[kind]} WHERE retracted IS NULL AND ordinal > :after ORDER BY ordinal LIMIT {_AT_ONCE}")
    after = 0
    while rows := op.get_bind().execute(query, {"after": after}).all():
        yield from rows
        after = rows[-1].ordinal


def _fill(table: sa.Table, days: _Days, others: Callable[[int, int, int], dict[str, object]]) -> None:
    rows = [{"symbol": symbol, "day": day, **others(*values)} for (symbol, day), values in days.items()]
    for first in range(0, len(rows), _AT_ONCE):
        op.get_bind().execute(table.insert(), rows[first : first + _AT_ONCE])
