"""`papertape verify`: history folded anew, and compared with what is stored, to the last digit."""

from rich.console import Console

from api.database_url import DatabaseUrl
from api.persistence.chain import ExpectedHead
from api.persistence.engines import read_engine
from api.persistence.history import last_recorded, retraction_count
from api.persistence.migrating import require_current
from api.persistence.queries import latest_end
from api.persistence.repositories import head, newest
from api.verification.history_audit import HistoryAudit
from api.verification.result import report


async def verify(url: DatabaseUrl, console: Console, expected: ExpectedHead | None = None) -> int:
    """Verify a database, and print a table and its head; 1 if anything differs or the expected head is not there.

    A server may go on writing meanwhile.
    """
    engine = read_engine(url)
    audit = HistoryAudit(expected)
    try:
        await require_current(engine)
        async with engine.connect() as connection, connection.begin():
            await audit.read(connection, await newest(connection))
        async with engine.connect() as connection, connection.begin():
            if await retraction_count(connection) > audit.retraction_count:
                audit = HistoryAudit(expected)
            end = await head(connection)
            await audit.read(connection, end.ordinal)
            audit.finish_chain(end)
            if not audit.is_broken:
                await audit.compare(connection, await latest_end(connection), await last_recorded(connection))
    finally:
        await engine.dispose()
    return report(audit.result, audit.desk.accounts.values(), audit.reached, end, console)
