"""The tables. Every row of history carries the desk-wide ordinal of its place in the one order of things.

`ordinal` on a row of state is that of its last change, so that another process can read what is new.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    and_,
    text,
)

from api.persistence.columns import changed, counts, metadata, money, ordinal, partial
from api.persistence.types import Exact, Moment, Span

# Literal, so that both databases see that a query with them may use the partial indexes.
IS_HELD = text("open_quantity > 0")
IS_WORKING = text("status = 'WORKING'")
IS_LIVE = text("is_live")
IS_OF_ACCOUNT = text("stream = 'ACCOUNT'")
IS_NOT_RETRACTED = text("retracted IS NULL")
IS_RETRACTED = text("retracted IS NOT NULL")


BEGINNING = "0" * 64
"""What stands for the hash of a history in which nothing has happened yet."""


def _market() -> list[Column[object]]:
    """What is known of a symbol's market."""
    return [
        Column("asset_class", String(8)),
        *money("last_price", nullable=True),
        Column("last_time", Moment),
        Column("bar_end", Moment),
        Column("volume", Exact),
        *counts("updates", "retracted"),
    ]


desk = Table(
    "desk",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("ordinal", BigInteger, nullable=False),
    Column("latest_end", Moment),
    Column("head", String(64), nullable=False, default=BEGINNING),
    Column("groups", BigInteger, nullable=False, default=0),
    CheckConstraint("id = 1", name="only_one"),
)

chain = Table(
    "chain",
    metadata,
    ordinal(),
    Column("first", BigInteger, nullable=False),
    Column("hash", String(64), nullable=False),
)

commands = Table(
    "commands",
    metadata,
    ordinal(),
    Column("account", String(64)),
    Column("kind", String(32), nullable=False),
    Column("sent", Text, nullable=False),
    Column("clock", Moment, nullable=False),
    Column("recorded_at", Moment, nullable=False),
    # The desk's id of a signal, or of a command that came with one, its typed content, and what was decided first.
    Column("id", Uuid, unique=True),
    Column("content", Text),
    Column("refusal", Text),
    Column("ended_session", Integer),
)

journal = Table(
    "journal",
    metadata,
    ordinal(),
    Column("account_id", Uuid, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("stream", String(16), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("occurred_at", Moment, nullable=False),
    Column("recorded_at", Moment, nullable=False),
    Column("payload", Text, nullable=False),
    UniqueConstraint("account_id", "seq"),
    partial("ix_journal_of_account", IS_OF_ACCOUNT, "account_id", "seq"),
)

bars = Table(
    "bars",
    metadata,
    ordinal(),
    Column("batch", BigInteger, nullable=False),
    Column("symbol", String(32), nullable=False),
    Column("start", Moment, nullable=False),
    Column("end", Moment, nullable=False),
    *money("open", "high", "low", "close"),
    Column("volume", Exact),
    Column("retracted", BigInteger),
    partial("uq_bars_symbol_start_end", IS_NOT_RETRACTED, "symbol", "start", "end", unique=True),
    partial("ix_bars_retracted", IS_RETRACTED, "symbol"),
)

quotes = Table(
    "quotes",
    metadata,
    ordinal(),
    Column("batch", BigInteger, nullable=False),
    Column("symbol", String(32), nullable=False),
    Column("time", Moment, nullable=False),
    *money("price"),
    Column("retracted", BigInteger),
    partial("uq_quotes_symbol_time_price", IS_NOT_RETRACTED, "symbol", "time", "price", unique=True),
    partial("ix_quotes_retracted", IS_RETRACTED, "symbol"),
)

retractions = Table(
    "retractions",
    metadata,
    ordinal(),
    Column("batch", BigInteger, nullable=False),
    Column("symbol", String(32), nullable=False),
    Column("since", Moment, nullable=False),
    *counts("bars", "quotes"),
    *_market(),
    Column("latest_end", Moment),
)

markets = Table(
    "markets",
    metadata,
    Column("symbol", String(32), primary_key=True),
    *_market(),
    Column("recorded_at", Moment, nullable=False),
    changed(),
)

accounts = Table(
    "accounts",
    metadata,
    Column("id", Uuid, primary_key=True),
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
    Column("account_id", Uuid, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    *money("starting_capital"),
    Column("started_at", Moment, nullable=False),
    Column("settings", Text, nullable=False),
    Column("ended_at", Moment),
    *money("cash", "realized_pnl", "commission", "slippage"),
    *counts("trades", "wins", "losses"),
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
    Column("account_id", Uuid, primary_key=True),
    Column("session", Integer, primary_key=True, autoincrement=False),
    Column("zone", Text, nullable=False),
)

sessions_with_zones = sessions.outerjoin(
    session_zones,
    and_(session_zones.c.account_id == sessions.c.account_id, session_zones.c.session == sessions.c.number),
)
"""Sessions in UTC have no zone of their own: its offsets are many, and never change."""

marks = Table(
    "marks",
    metadata,
    Column("account_id", Uuid, primary_key=True),
    Column("session", Integer, primary_key=True, autoincrement=False),
    *money("equity", "peak", "watched_peak", "worst_peak", "worst_equity", "day_reference"),
    Column("time", Moment),
    Column("day", Date),
)

extremes = Table(
    "extremes",
    metadata,
    Column("position_id", Uuid, primary_key=True),
    Column("account_id", Uuid, nullable=False, index=True),
    *money("price"),
)

equity_days = Table(
    "equity_days",
    metadata,
    Column("account_id", Uuid, primary_key=True),
    Column("session", Integer, primary_key=True, autoincrement=False),
    Column("day", Date, primary_key=True),
    *money("equity"),
)

signalled = Table(
    "signalled",
    metadata,
    Column("account_id", Uuid, primary_key=True),
    Column("session", Integer, primary_key=True, autoincrement=False),
    Column("symbol", String(32), primary_key=True),
)

market_days = Table(
    "market_days",
    metadata,
    Column("symbol", String(32), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("first", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
    Column("hours", Integer, nullable=False),
)

tallies = Table(
    "tallies",
    metadata,
    Column("account_id", Uuid, primary_key=True),
    Column("session", Integer, primary_key=True, autoincrement=False),
    Column("dimension", String(16), primary_key=True),
    Column("key", String(200), primary_key=True),
    *counts("trades", "wins", "losses"),
    *(Column(name, Exact, nullable=False) for name in ("gross_profit", "gross_loss", "commission", "slippage")),
    Column("r_total", Exact, nullable=False),
    Column("held", Span, nullable=False),
    *counts("losing_run", "longest_losing_run"),
    *money("best_pnl", nullable=True),
    Column("best_trade", Uuid),
    *money("worst_pnl", nullable=True),
    Column("worst_trade", Uuid),
)

backtests = Table(
    "backtests",
    metadata,
    Column("id", Uuid, primary_key=True),
    changed(),
    Column("name", String(200), nullable=False),
    Column("source", String(200), nullable=False),
    Column("recorded_at", Moment, nullable=False),
    Column("metrics", Text, nullable=False),
    Column("trades", Text, nullable=False),
    Column("trade_count", Integer, nullable=False),
    Column("curve", Text, nullable=False),
)

equity_points = Table(
    "equity_points",
    metadata,
    Column("account_id", Uuid, primary_key=True),
    Column("session", Integer, primary_key=True, autoincrement=False),
    Column("time", Moment, primary_key=True),
    *money("equity", "peak"),
)

equity_hours = Table(
    "equity_hours",
    metadata,
    Column("account_id", Uuid, primary_key=True),
    Column("session", Integer, primary_key=True, autoincrement=False),
    Column("hour", Moment, primary_key=True),
    Column("points", BigInteger, nullable=False),
    Column("first_time", Moment, nullable=False),
    Column("last_time", Moment, nullable=False),
    Column("low_time", Moment, nullable=False),
    Column("high_time", Moment, nullable=False),
    *money("last", "low", "high"),
)

signals = Table(
    "signals",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("signal_id", Uuid, nullable=False),
    Column("account_id", Uuid, nullable=False),
    Column("session", Integer, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("symbol", String(32), nullable=False),
    Column("side", String(5), nullable=False),
    Column("status", String(9), nullable=False),
    Column("timestamp", Moment, nullable=False),
    Column("recorded_at", Moment, nullable=False),
    *money("quantity", "reserved_price", nullable=True),
    Column("request", Text, nullable=False),
    Column("plan", Text, nullable=False),
    Column("refusal", Text),
    UniqueConstraint("account_id", "signal_id"),
    Index(None, "account_id", "session", "seq"),
    partial("ix_signals_working", IS_WORKING, "account_id"),
)

positions = Table(
    "positions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("signal_id", Uuid, nullable=False),
    Column("account_id", Uuid, nullable=False),
    Column("session", Integer, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("symbol", String(32), nullable=False),
    Column("asset_class", String(8), nullable=False),
    Column("side", String(5), nullable=False),
    Column("pattern", String(8)),
    Column("campaign_id", String(200)),
    Column("is_live", Boolean, nullable=False),
    Column("plan", Text, nullable=False),
    Column("status", String(12), nullable=False),
    *money("quantity", "open_quantity"),
    Column("entry_time", Moment, nullable=False),
    *money("entry_price", "entry_amount", "entry_amount_left", "entry_commission", "entry_commission_left"),
    *money("initial_stop"),
    Column("stops", Text, nullable=False),
    *money("target1"),
    *money("target2", nullable=True),
    *money("realized_pnl", "commission", "slippage"),
    Column("override_price", Text),
    Index(None, "account_id", "session", "seq"),
    partial("ix_positions_open", IS_HELD, "account_id"),
)

fills = Table(
    "fills",
    metadata,
    Column("position_id", Uuid, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("time", Moment, nullable=False),
    Column("reason", String(9), nullable=False),
    *money("quantity", "price", "raw_price", "amount", "slippage", "commission", "realized_pnl"),
    Column("gap", Boolean, nullable=False),
    Column("ambiguous", Boolean, nullable=False),
)

trades = Table(
    "trades",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("signal_id", Uuid, nullable=False),
    Column("account_id", Uuid, nullable=False),
    Column("session", Integer, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("symbol", String(32), nullable=False),
    Column("side", String(5), nullable=False),
    Column("pattern", String(8)),
    Column("campaign_id", String(200)),
    Column("is_live", Boolean, nullable=False),
    *money("quantity"),
    Column("entry_time", Moment, nullable=False),
    *money("entry_price", "initial_stop"),
    Column("exit_time", Moment, nullable=False),
    *money("exit_price"),
    Column("exit_reason", String(9), nullable=False),
    *money("realized_pnl", "commission", "slippage"),
    Index(None, "account_id", "session", "seq"),
    partial("ix_trades_live", IS_LIVE, "account_id", "session", "seq"),
)
