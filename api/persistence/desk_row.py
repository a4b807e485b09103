"""The desk's own row: where its record ends, and the lock of its one writer."""

from sqlalchemy import Connection, select

from api.persistence import tables
from api.persistence.chain import Head

_DESK = select(tables.desk)
_LOCKED_DESK = _DESK.with_for_update()


def lock(connection: Connection) -> Head:
    """Lock the desk until the transaction ends: one writer at a time. Returns where its record ends.

    SQLite took the lock when the transaction began.
    """
    return Head.of(connection.execute(_LOCKED_DESK).one())


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
