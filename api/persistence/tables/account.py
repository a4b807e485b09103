"""The tables of accounts and their sessions, and of what watching the equity gives."""

from sqlalchemy import BigInteger, Boolean, Column, Date, Integer, String, Table, Text, and_

from api.persistence.columns import changed, counts, metadata, money
from api.persistence.types import Exact, Id, Moment, Span

accounts = Table(
    "accounts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", String(64), nullable=False, unique=True),
    Column("enabled", Boolean, nullable=False),
    Column("halt_reason", Text),
    Column("settings", Text, nullable=False),
    Column("session", Integer, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("signal_count", BigInteger, nullable=False),
    Column("opened", BigInteger, nullable=False, index=True),
    changed(),
)

sessions = Table(
    "sessions",
    metadata,
    Column("account_id", Id, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    *money("starting_capital"),
    Column("started_at", Moment, nullable=False),
    Column("settings", Text, nullable=False),
    Column("ended_at", Moment),
    *money("cash", "realized_pnl", "commission", "slippage"),
    *counts("trades", "wins", "losses", "r_count"),
    Column("r_total", Exact, nullable=False),
    Column("crypto_positions", BigInteger, nullable=False),
    Column("other_positions", BigInteger, nullable=False),
    Column("enabled_since", Moment),
    Column("enabled_for", Span, nullable=False),
    Column("began", BigInteger, nullable=False),
    Column("ended", BigInteger),
)

session_zones = Table(
    "session_zones",
    metadata,
    Column("account_id", Id, primary_key=True),
    Column("session", Integer, primary_key=True, autoincrement=False),
    Column("zone", Text, nullable=False),
)

sessions_with_zones = sessions.outerjoin(
    session_zones,
    and_(session_zones.c.account_id == sessions.c.account_id, session_zones.c.session == sessions.c.number),
)
"""Sessions in UTC have no zone of their own: its offsets are many, and never change."""

watermarks = Table(
    "watermarks",
    metadata,
    Column("account_id", Id, primary_key=True),
    Column("session", Integer, primary_key=True, autoincrement=False),
    *money("equity", "peak", "watched_peak", "worst_peak", "worst_equity", "day_reference"),
    *money("day_before"),
    Column("time", Moment),
    Column("day", Date),
    # Up to where in history its equity has been looked at; the rest follows from the bars and quotes since.
    changed(),
)

signalled = Table(
    "signalled",
    metadata,
    Column("account_id", Id, primary_key=True),
    Column("session", Integer, primary_key=True, autoincrement=False),
    Column("symbol", String(32), primary_key=True),
)
