"""What watching an account's equity gives: a row of watermarks for each session, and for each open position that has
one the best price since its entry (R26, R34)."""

from collections.abc import Iterable

from sqlalchemy import Connection, delete

from api.persistence import tables
from api.persistence.chunks import chunks
from api.persistence.mappers import Values, values_of
from api.persistence.projections.projection import CurrentAccount, CurrentSession, Projection, Rows
from domain.portfolio.account import Account


def watermark_values(account: Account) -> Values:
    """The row of the watermarks of an account's session."""
    place = {"account_id": account.id, "session": account.session.number}
    return {**place, **values_of(account.watermarks, tables.watermarks)}


def _watermark_rows(current: CurrentSession) -> Rows:
    yield watermark_values(current.account)


def _extremes_rows(current: CurrentAccount) -> Rows:
    account = current.account
    for position_id, price in account.watermarks.extremes.items():
        yield {"position_id": position_id, "account_id": account.id, "price": price}


WATERMARKS = Projection(tables.watermarks, from_state={CurrentSession: _watermark_rows})
EXTREMES = Projection(tables.extremes, from_state={CurrentAccount: _extremes_rows})


def delete_extremes(connection: Connection, before: Iterable[Account], after: Iterable[Account]) -> None:
    """Delete the best prices that accounts had before and have no more."""
    kept = {position_id for account in after for position_id in account.watermarks.extremes}
    known = {position_id for account in before for position_id in account.watermarks.extremes}
    for gone in chunks(sorted(known - kept)):
        connection.execute(delete(tables.extremes).where(tables.extremes.c.position_id.in_(gone)))
