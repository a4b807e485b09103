"""The one way to make a transaction durable."""

from sqlalchemy import Connection

from api.persistence.database_file import require_same_file


def commit(connection: Connection) -> None:
    """Commit to where it is found again. Raises FileLost; after any other error the outcome is unknown."""
    require_same_file(connection)
    try:
        connection.commit()
    except Exception:
        # SQLAlchemy takes the transaction for ended and would lend out the connection as it is.
        connection.invalidate()
        raise
    # What was committed to a file that has meanwhile lost its name is gone with the process.
    require_same_file(connection)
