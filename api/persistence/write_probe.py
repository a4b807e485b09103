"""Trying whether the desk can write, without writing anything."""

from sqlalchemy import Connection, update

from api.persistence import tables
from api.persistence.desk_row import lock
from api.persistence.plain_transaction import PlainTransaction
from api.persistence.write_ahead_log import mark_state


def try_writing(transaction: PlainTransaction) -> None:
    """Take the desk's lock and commit a change that leaves it as it was. Raises whatever a command's transaction would.

    SQLite writes no page that has the bytes it had, hence a change there and back.
    """
    transaction.ask(_change_there_and_back)
    transaction.commit()


def _change_there_and_back(connection: Connection) -> None:
    lock(connection)
    ordinal = tables.desk.c.ordinal
    for step in (1, -1):
        connection.execute(update(tables.desk).values(ordinal=ordinal + step))
    mark_state(connection)
