"""`papertape verify`: history folded again, and compared with what is stored, to the last digit."""

from api.database_url import DatabaseUrl
from api.persistence.chain import ExpectedHead
from api.persistence.database import Database
from api.persistence.desk_row import head, newest
from api.persistence.history import last_recorded, retraction_count
from api.persistence.migrations import require_current
from api.persistence.queries import latest_end
from api.verification.history_audit import HistoryAudit
from api.verification.result import Verification


async def verify(url: DatabaseUrl, expected: ExpectedHead | None = None) -> Verification:
    """Verify a database; that the expected head is not there is a difference too.

    A server may go on writing meanwhile.
    """
    audit = HistoryAudit(expected)
    async with Database.for_reading(url) as database:
        await database.run(require_current)
        async with database.transaction() as transaction:
            await audit.read(transaction, await transaction.ask(newest))
        async with database.transaction() as transaction:
            if await transaction.ask(retraction_count) > audit.retraction_count:
                audit = HistoryAudit(expected)
            end = await transaction.ask(head)
            await audit.read(transaction, end.ordinal)
            audit.finish_chain(end)
            if not audit.is_broken:
                clock, last = await transaction.ask(latest_end), await transaction.ask(last_recorded)
                await audit.compare(transaction, clock, last)
    return Verification(audit.result, list(audit.desk.accounts.values()), audit.reached, end)
