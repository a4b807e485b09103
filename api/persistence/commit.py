"""The one way to make a transaction durable."""

from sqlalchemy.ext.asyncio import AsyncConnection

from api.persistence.database_file import require_same_file


async def commit(connection: AsyncConnection) -> None:
    """Commit to where it is found again. Raises FileLost; after any other error the outcome is unknown."""
    require_same_file(connection)
    try:
        await connection.commit()
    except Exception:
        # SQLAlchemy takes the transaction for ended and would lend out the connection as it is.
        await connection.invalidate()
        raise
    # What was committed to a file that has meanwhile lost its name is gone with the process.
    require_same_file(connection)
