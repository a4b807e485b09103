"""The desk's own row: where its record ends, and the lock of its one writer."""

from datetime import datetime

from sqlalchemy import Connection, select
from sqlalchemy.exc import NoResultFound

from api.persistence import tables
from api.persistence.chain import Head
from api.persistence.direct_statements import fetch_all
from api.persistence.written_rows import StoredRow, stored_row

_DESK = select(tables.desk)
_LOCKED_END = select(tables.desk.c.ordinal, tables.desk.c.head, tables.desk.c.groups).with_for_update()


def lock(connection: Connection) -> Head:
    """Lock the desk until the transaction ends: one writer at a time. Returns where its record ends.

    SQLite took the lock when the transaction began.
    """
    ends = fetch_all(connection, _LOCKED_END)
    if not ends:
        raise NoResultFound("the database has no desk")
    return Head(*ends[0])


def end_row(end: Head, latest_end: datetime | None) -> StoredRow:
    """The desk's row where its record ends there."""
    values = {"id": 1, "ordinal": end.ordinal, "latest_end": latest_end, "head": end.hash, "groups": end.groups}
    return stored_row(tables.desk, values)


def head(connection: Connection) -> Head:
    """Where the desk's record ends, in a snapshot."""
    return Head.of(connection.execute(_DESK).one())


def head_with(connection: Connection, ordinal: int) -> str:
    """The head, as it is shown, of the group in which an ordinal lies."""
    chain = tables.chain
    query = select(chain).where(chain.c.ordinal >= ordinal).order_by(chain.c.ordinal).limit(1)
    link = connection.execute(query).one()
    return f"{link.ordinal}:{link.hash}"


def newest(connection: Connection) -> int:
    """The desk's newest ordinal, in a snapshot."""
    return int(connection.execute(select(tables.desk.c.ordinal)).scalar_one())
