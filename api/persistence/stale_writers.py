"""Freeing the desk from a process that froze on it where none of PostgreSQL's own time limits applies."""

import structlog
from sqlalchemy import Engine, text

from api.persistence.database_errors import database_problems

_log = structlog.get_logger(__name__)

_END_FROZEN = text("""
    SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND usename = current_user AND application_name = 'papertape'
    AND state = 'active' AND wait_event IN ('ClientRead', 'ClientWrite')
    AND state_change < now() - interval '5 seconds'
    AND pid IN (SELECT pid FROM pg_locks WHERE relation = 'desk'::regclass AND mode = 'RowShareLock' AND granted)
""")


def end_frozen_writer(engine: Engine) -> None:
    """End the session of a writer that froze in the middle of a statement: between its messages, or its answer untaken.

    To PostgreSQL that is not "idle in transaction", and it would wait without end.
    """
    try:
        with engine.begin() as connection:
            ended = connection.execute(_END_FROZEN).all()
    except database_problems() as problem:
        _log.warning("no frozen writer could be looked for", reason=str(problem))
        return
    if ended:
        _log.warning("ended a writer that froze on the desk", sessions=[row.pid for row in ended])
