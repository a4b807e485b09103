"""Accounts: a row for each, as it stands."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row

from api.codec.json_codec import from_json
from api.persistence import tables
from api.persistence.projections.projection import CurrentAccount, Projection, Rows
from api.persistence.projections.sessions import ledger_totals_of, session_of, settings_json
from api.persistence.written_rows import row_writer
from domain.orders.signal import Signal
from domain.portfolio.account import Account
from domain.portfolio.open_positions import OpenPositions
from domain.portfolio.settings import Settings
from domain.portfolio.working_signals import WorkingSignals

_row = row_writer(tables.accounts, Account, "settings", "session", "opened", "ordinal")


def _rows(current: CurrentAccount) -> Rows:
    account = current.account
    settings = settings_json(account.settings)
    yield _row(account, settings, account.session.number, current.opened, current.changed)


ACCOUNTS = Projection(tables.accounts, from_state={CurrentAccount: _rows}, kept=("opened",), account="id")


def account_of(
    row: Row[Any],
    session: Row[Any],
    positions: OpenPositions,
    working: Iterable[Signal],
) -> Account:
    """The aggregate of an account from its rows."""
    return Account(
        id=row.id,
        name=row.name,
        settings=from_json(row.settings, Settings),
        enabled=row.enabled,
        halt_reason=row.halt_reason,
        session=session_of(session),
        totals=ledger_totals_of(session),
        positions=positions,
        working=WorkingSignals.of(working),
        seq=row.seq,
        signal_count=row.signal_count,
    )
