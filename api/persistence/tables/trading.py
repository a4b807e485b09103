"""The tables of signals, positions, fills, trades and their statistics."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table, Text, text

from api.persistence.columns import counts, metadata, money, partial
from api.persistence.types import Exact, Id, Moment, Span

HAS_CAMPAIGN = text("campaign_id IS NOT NULL")
IS_WORKING = text("status = 'WORKING'")

signals = Table(
    "signals",
    metadata,
    Column("id", Id, primary_key=True),
    Column("signal_id", Id, nullable=False),
    Column("account_id", Id, nullable=False),
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
    Column("campaign_id", String(200)),
    Column("sent", Text),
    Column("earlier", Text),
    Column("reverses", Id),
    *counts("changed_seq", "amendments"),
    Index(None, "account_id", "session", "seq"),
    Index(None, "account_id", "session", "symbol", "seq"),
    Index(None, "account_id", "session", "status", "seq"),
    Index(None, "account_id", "session", "timestamp", "seq"),
    partial("ix_signals_campaign", HAS_CAMPAIGN, "account_id", "session", "campaign_id", "seq"),
    partial("ix_signals_working", IS_WORKING, "account_id"),
)

IS_HELD = text("open_quantity > 0")

positions = Table(
    "positions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("signal_id", Id, nullable=False),
    Column("account_id", Id, nullable=False),
    Column("session", Integer, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("symbol", String(32), nullable=False),
    Column("asset_class", String(8), nullable=False),
    Column("side", String(5), nullable=False),
    Column("pattern", String(8)),
    Column("campaign_id", String(200)),
    Column("note", String(500)),
    Column("is_live", Boolean, nullable=False),
    Column("plan", Text, nullable=False),
    Column("status", String(12), nullable=False),
    *money("quantity", "open_quantity"),
    Column("entry_time", Moment, nullable=False),
    *money("entry_price", "entry_amount", "entry_amount_left", "entry_commission", "entry_commission_left"),
    *money("initial_stop", nullable=True),
    Column("stops", Text, nullable=False),
    *money("target1", "target2", nullable=True),
    Column("trail", Text),
    *money("realized_pnl", "commission", "slippage"),
    Column("override_price", Text),
    *counts("changed_seq", "amendments"),
    Index(None, "account_id", "session", "seq"),
    Index(None, "account_id", "session", "symbol", "seq"),
    Index(None, "account_id", "session", "status", "seq"),
    Index(None, "account_id", "session", "realized_pnl", "seq"),
    Index(None, "account_id", "session", "entry_time", "seq"),
    partial("ix_positions_campaign", HAS_CAMPAIGN, "account_id", "session", "campaign_id", "seq"),
    partial("ix_positions_open", IS_HELD, "account_id"),
)

fills = Table(
    "fills",
    metadata,
    Column("position_id", Id, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("time", Moment, nullable=False),
    Column("reason", String(9), nullable=False),
    *money("quantity", "price", "raw_price", "amount", "slippage", "commission", "realized_pnl"),
    Column("gap", Boolean, nullable=False),
    Column("ambiguous", Boolean, nullable=False),
    # Where in history it happened.
    Column("journaled", BigInteger, nullable=False, index=True),
)

amendments = Table(
    "amendments",
    metadata,
    # Of a signal or a position, which share the desk's id; the journal's entry says of which, and what it changed.
    Column("id", Id, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("account_id", Id, nullable=False),
)

IS_LIVE = text("is_live")

trades = Table(
    "trades",
    metadata,
    Column("id", Id, primary_key=True),
    Column("signal_id", Id, nullable=False),
    Column("account_id", Id, nullable=False),
    Column("session", Integer, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("symbol", String(32), nullable=False),
    Column("side", String(5), nullable=False),
    Column("pattern", String(8)),
    Column("campaign_id", String(200)),
    Column("is_live", Boolean, nullable=False),
    *money("quantity"),
    Column("entry_time", Moment, nullable=False),
    *money("entry_price"),
    *money("initial_stop", nullable=True),
    Column("exit_time", Moment, nullable=False),
    *money("exit_price"),
    Column("exit_reason", String(9), nullable=False),
    *money("realized_pnl", "commission", "slippage"),
    Index(None, "account_id", "session", "seq"),
    Index(None, "account_id", "session", "symbol", "seq"),
    Index(None, "account_id", "session", "exit_reason", "seq"),
    Index(None, "account_id", "session", "realized_pnl", "seq"),
    Index(None, "account_id", "session", "exit_time", "seq"),
    partial("ix_trades_campaign", HAS_CAMPAIGN, "account_id", "session", "campaign_id", "seq"),
    partial("ix_trades_live", IS_LIVE, "account_id", "session", "seq"),
)

trade_stats = Table(
    "trade_stats",
    metadata,
    Column("account_id", Id, primary_key=True),
    Column("session", Integer, primary_key=True, autoincrement=False),
    Column("dimension", String(16), primary_key=True),
    Column("key", String(200), primary_key=True),
    *counts("trades", "wins", "losses", "r_count"),
    *(Column(name, Exact, nullable=False) for name in ("gross_profit", "gross_loss", "commission", "slippage")),
    Column("r_total", Exact, nullable=False),
    Column("held", Span, nullable=False),
    *counts("losing_run", "longest_losing_run"),
    *money("best_pnl", nullable=True),
    Column("best_trade", Id),
    *money("worst_pnl", nullable=True),
    Column("worst_trade", Id),
)
