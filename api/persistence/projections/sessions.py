"""Sessions: a row for each with its ledger totals, and a row for the time zone of each that is not in UTC."""

from functools import lru_cache
from typing import Any

from sqlalchemy import Row

from api.codec.json_codec import from_json, to_json
from api.persistence import tables
from api.persistence.mappers import record_from_row
from api.persistence.projections.projection import CurrentSession, Projection, Rows
from api.persistence.written_rows import row_writer
from domain.calendar import UTC_ZONE, Zone
from domain.engine.events import AccountOpened, JournalEntry, SessionStarted
from domain.portfolio.ledger_totals import LedgerTotals
from domain.portfolio.session import Session
from domain.portfolio.settings import Settings

_row = row_writer(tables.sessions, Session, LedgerTotals, "account_id", "settings", "began", "ended")


@lru_cache(maxsize=10_000)
def settings_json(settings: Settings) -> str:
    """Settings as they are stored; they are written with each change of their account, and seldom change."""
    return to_json(settings)


def _rows(current: CurrentSession) -> Rows:
    account = current.account
    settings = settings_json(account.settings)
    yield _row(account.session, account.totals, account.id, settings, current.began, current.ended)


def _zone_rows(event: AccountOpened | SessionStarted, entry: JournalEntry, _: int) -> Rows:
    session = event.session
    if session.zone != UTC_ZONE:
        yield {"account_id": entry.account_id, "session": session.number, "zone": to_json(session.zone)}


SESSIONS = Projection(tables.sessions, from_state={CurrentSession: _rows}, kept=("began",))
SESSION_ZONES = Projection(
    tables.session_zones, from_event={AccountOpened: _zone_rows, SessionStarted: _zone_rows}, is_appended=True
)


def session_of(row: Row[Any]) -> Session:
    """A session, without its ledger totals, from a row of `sessions_with_zones`."""
    return record_from_row(Session, row, zone=_zone_of(row.zone))


@lru_cache(maxsize=1_000)
def _zone_of(stored: str | None) -> Zone:
    return UTC_ZONE if stored is None else from_json(stored, Zone)


def ledger_totals_of(row: Row[Any]) -> LedgerTotals:
    """A session's ledger totals."""
    return record_from_row(LedgerTotals, row)
