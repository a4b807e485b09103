"""What watching an account's equity gives: a row of watermarks for each session (R34, R37)."""

from api.persistence import tables
from api.persistence.mappers import values_of
from api.persistence.projections.projection import Projection, Rows
from domain.engine.watch import EndedSession


def _rows(session: EndedSession) -> Rows:
    account = session.account
    place = {"account_id": account.id, "session": account.session.number, "ordinal": 0}
    yield {**place, **values_of(session.watch.watermarks, tables.watermarks)}


WATERMARKS = Projection(tables.watermarks, from_state={EndedSession: _rows})
