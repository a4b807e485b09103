"""Trying whether the desk can write, without writing anything."""

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from api.persistence import tables
from api.persistence.commit import commit
from api.persistence.desk_row import lock
from api.persistence.write_ahead_log import mark_state


async def try_writing(engine: AsyncEngine) -> None:
    """Take the desk's lock and commit a change that leaves it as it was. Raises whatever a command's transaction would.

    SQLite writes no page that has the bytes it had, hence a change there and back.
    """
    ordinal = tables.desk.c.ordinal
    async with engine.connect() as connection:
        await connection.begin()
        head = await lock(connection)
        for step in (1, -1):
            await connection.execute(update(tables.desk).values(ordinal=ordinal + step))
        await mark_state(connection, head.groups, is_trial=True)
        await commit(connection)
