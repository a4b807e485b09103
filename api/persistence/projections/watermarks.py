"""What watching an account's equity gives: a row of watermarks for each session (R34, R37)."""

from api.persistence import tables
from api.persistence.projections.projection import Projection, Rows
from api.persistence.types import microseconds
from domain.engine.watch import EndedSession


def _rows(session: EndedSession) -> Rows:
    """Of every account in its turn: the equity is counted, as it is stored."""
    account, observed = session.account, session.watch.observed
    yield (
        account.id,
        account.session.number,
        observed.equity,
        observed.peak,
        observed.watched_peak,
        observed.worst_peak,
        observed.worst_equity,
        observed.day_reference,
        observed.day_before,
        None if observed.time is None else microseconds(observed.time),
        observed.day,
        0,
    )


WATERMARKS = Projection(tables.watermarks, from_state={EndedSession: _rows})
