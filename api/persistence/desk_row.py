"""The desk's own row: where its record ends, and the lock of its one writer."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.persistence import tables
from api.persistence.chain import Head


async def lock(connection: AsyncConnection) -> Head:
    """Lock the desk until the transaction ends: one writer at a time. Returns where its record ends.

    SQLite took the lock when the transaction began.
    """
    return Head.of((await connection.execute(select(tables.desk).with_for_update())).one())


async def head(connection: AsyncConnection) -> Head:
    """Where the desk's record ends, in a snapshot."""
    return Head.of((await connection.execute(select(tables.desk))).one())


async def head_with(connection: AsyncConnection, ordinal: int) -> str:
    """The head, as it is shown, of the group in which an ordinal lies."""
    chain = tables.chain
    query = select(chain).where(chain.c.ordinal >= ordinal).order_by(chain.c.ordinal).limit(1)
    link = (await connection.execute(query)).one()
    return f"{link.ordinal}:{link.hash}"


async def newest(connection: AsyncConnection) -> int:
    """The desk's newest ordinal, in a snapshot."""
    return int((await connection.execute(select(tables.desk.c.ordinal))).scalar_one())
