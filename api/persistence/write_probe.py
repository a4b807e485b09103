"""Trying whether the desk can write, without writing anything."""

from sqlalchemy import Engine, update

from api.persistence import tables
from api.persistence.commit import commit
from api.persistence.desk_row import lock
from api.persistence.write_ahead_log import mark_state


def try_writing(engine: Engine) -> None:
    """Take the desk's lock and commit a change that leaves it as it was. Raises whatever a command's transaction would.

    SQLite writes no page that has the bytes it had, hence a change there and back.
    """
    ordinal = tables.desk.c.ordinal
    with engine.connect() as connection:
        connection.begin()
        lock(connection)
        for step in (1, -1):
            connection.execute(update(tables.desk).values(ordinal=ordinal + step))
        mark_state(connection)
        commit(connection)
