"""The desk: journal, commands, market data, and the state that follows from them."""

import sqlalchemy as sa
from alembic import op
from alembic.util import CommandError

from api.persistence.types import Exact, Moment, Money, Span

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create every table."""
    op.create_table(
        "accounts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("halt_reason", sa.Text(), nullable=True),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("session", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("signal_count", sa.BigInteger(), nullable=False),
        sa.Column("opened", sa.BigInteger(), nullable=False),
        sa.Column("ordinal", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("name", name=op.f("uq_accounts_name")),
    )
    op.create_index(op.f("ix_accounts_opened"), "accounts", ["opened"], unique=False)
    op.create_index(op.f("ix_accounts_ordinal"), "accounts", ["ordinal"], unique=False)
    op.create_table(
        "backtests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("metrics", sa.Text(), nullable=False),
        sa.Column("trades", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backtests")),
    )
    op.create_index(op.f("ix_backtests_ordinal"), "backtests", ["ordinal"], unique=False)
    op.create_table(
        "bars",
        sa.Column("ordinal", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("batch", sa.BigInteger(), nullable=False),
        sa.Column("symbol", sa.String(length=32), nullable=False),
        sa.Column("start", Moment(), nullable=False),
        sa.Column("end", Moment(), nullable=False),
        sa.Column("open", Money(), nullable=False),
        sa.Column("high", Money(), nullable=False),
        sa.Column("low", Money(), nullable=False),
        sa.Column("close", Money(), nullable=False),
        sa.Column("volume", Money(), nullable=True),
        sa.PrimaryKeyConstraint("ordinal", name=op.f("pk_bars")),
        sa.UniqueConstraint("symbol", "start", "end", name=op.f("uq_bars_symbol_start_end")),
    )
    op.create_table(
        "commands",
        sa.Column("ordinal", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account", sa.String(length=64), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("sent", sa.Text(), nullable=False),
        sa.Column("clock", Moment(), nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("ordinal", name=op.f("pk_commands")),
    )
    op.create_table(
        "desk",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ordinal", sa.BigInteger(), nullable=False),
        sa.Column("latest_end", Moment(), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_desk_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk")),
    )
    op.create_table(
        "equity_days",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("session", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("equity", Money(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "session", "day", name=op.f("pk_equity_days")),
    )
    op.create_table(
        "equity_hours",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("session", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hour", Moment(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("first_time", Moment(), nullable=False),
        sa.Column("last_time", Moment(), nullable=False),
        sa.Column("low_time", Moment(), nullable=False),
        sa.Column("high_time", Moment(), nullable=False),
        sa.Column("last", Money(), nullable=False),
        sa.Column("low", Money(), nullable=False),
        sa.Column("high", Money(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "session", "hour", name=op.f("pk_equity_hours")),
    )
    op.create_table(
        "equity_points",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("session", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("time", Moment(), nullable=False),
        sa.Column("equity", Money(), nullable=False),
        sa.Column("peak", Money(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "session", "time", name=op.f("pk_equity_points")),
    )
    op.create_table(
        "extremes",
        sa.Column("position_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("price", Money(), nullable=False),
        sa.PrimaryKeyConstraint("position_id", name=op.f("pk_extremes")),
    )
    op.create_index(op.f("ix_extremes_account_id"), "extremes", ["account_id"], unique=False)
    op.create_table(
        "fills",
        sa.Column("position_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("time", Moment(), nullable=False),
        sa.Column("reason", sa.String(length=9), nullable=False),
        sa.Column("quantity", Money(), nullable=False),
        sa.Column("price", Money(), nullable=False),
        sa.Column("raw_price", Money(), nullable=False),
        sa.Column("amount", Money(), nullable=False),
        sa.Column("slippage", Money(), nullable=False),
        sa.Column("commission", Money(), nullable=False),
        sa.Column("realized_pnl", Money(), nullable=False),
        sa.Column("gap", sa.Boolean(), nullable=False),
        sa.Column("ambiguous", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("position_id", "number", name=op.f("pk_fills")),
    )
    op.create_table(
        "journal",
        sa.Column("ordinal", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("stream", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("occurred_at", Moment(), nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("ordinal", name=op.f("pk_journal")),
        sa.UniqueConstraint("account_id", "seq", name=op.f("uq_journal_account_id_seq")),
    )
    op.create_table(
        "market_days",
        sa.Column("symbol", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("symbol", "day", name=op.f("pk_market_days")),
    )
    op.create_table(
        "markets",
        sa.Column("symbol", sa.String(length=32), nullable=False),
        sa.Column("asset_class", sa.String(length=8), nullable=True),
        sa.Column("last_price", Money(), nullable=True),
        sa.Column("last_time", Moment(), nullable=True),
        sa.Column("bar_end", Moment(), nullable=True),
        sa.Column("volume", Money(), nullable=True),
        sa.Column("updates", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("ordinal", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("symbol", name=op.f("pk_markets")),
    )
    op.create_index(op.f("ix_markets_ordinal"), "markets", ["ordinal"], unique=False)
    op.create_table(
        "marks",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("session", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("equity", Money(), nullable=False),
        sa.Column("peak", Money(), nullable=False),
        sa.Column("watched_peak", Money(), nullable=False),
        sa.Column("worst_peak", Money(), nullable=False),
        sa.Column("worst_equity", Money(), nullable=False),
        sa.Column("day_reference", Money(), nullable=False),
        sa.Column("time", Moment(), nullable=True),
        sa.Column("day", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("account_id", "session", name=op.f("pk_marks")),
    )
    op.create_table(
        "positions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("signal_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("session", sa.Integer(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("symbol", sa.String(length=32), nullable=False),
        sa.Column("asset_class", sa.String(length=8), nullable=False),
        sa.Column("side", sa.String(length=5), nullable=False),
        sa.Column("pattern", sa.String(length=8), nullable=True),
        sa.Column("campaign_id", sa.String(length=200), nullable=True),
        sa.Column("is_timely", sa.Boolean(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("quantity", Money(), nullable=False),
        sa.Column("open_quantity", Money(), nullable=False),
        sa.Column("entry_time", Moment(), nullable=False),
        sa.Column("entry_price", Money(), nullable=False),
        sa.Column("entry_amount", Money(), nullable=False),
        sa.Column("entry_amount_left", Money(), nullable=False),
        sa.Column("entry_commission", Money(), nullable=False),
        sa.Column("entry_commission_left", Money(), nullable=False),
        sa.Column("initial_stop", Money(), nullable=False),
        sa.Column("stops", sa.Text(), nullable=False),
        sa.Column("target1", Money(), nullable=False),
        sa.Column("target2", Money(), nullable=True),
        sa.Column("realized_pnl", Money(), nullable=False),
        sa.Column("commission", Money(), nullable=False),
        sa.Column("slippage", Money(), nullable=False),
        sa.Column("own_price", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_positions")),
    )
    op.create_index(
        op.f("ix_positions_account_id_session_seq"), "positions", ["account_id", "session", "seq"], unique=False
    )
    op.create_index(
        "ix_positions_open",
        "positions",
        ["account_id"],
        unique=False,
        sqlite_where=sa.text("open_quantity > 0"),
        postgresql_where=sa.text("open_quantity > 0"),
    )
    op.create_table(
        "quotes",
        sa.Column("ordinal", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("batch", sa.BigInteger(), nullable=False),
        sa.Column("symbol", sa.String(length=32), nullable=False),
        sa.Column("time", Moment(), nullable=False),
        sa.Column("price", Money(), nullable=False),
        sa.PrimaryKeyConstraint("ordinal", name=op.f("pk_quotes")),
        sa.UniqueConstraint("symbol", "time", "price", name=op.f("uq_quotes_symbol_time_price")),
    )
    op.create_table(
        "sessions",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("starting_capital", Money(), nullable=False),
        sa.Column("started_at", Moment(), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("cash", Money(), nullable=False),
        sa.Column("realized_pnl", Money(), nullable=False),
        sa.Column("commission", Money(), nullable=False),
        sa.Column("slippage", Money(), nullable=False),
        sa.Column("trades", sa.BigInteger(), nullable=False),
        sa.Column("wins", sa.BigInteger(), nullable=False),
        sa.Column("losses", sa.BigInteger(), nullable=False),
        sa.Column("r_total", Exact(), nullable=False),
        sa.Column("enabled_since", Moment(), nullable=True),
        sa.Column("enabled_for", Span(), nullable=False),
        sa.Column("began", sa.BigInteger(), nullable=False),
        sa.Column("ended", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("account_id", "number", name=op.f("pk_sessions")),
    )
    op.create_table(
        "signalled",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("session", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("symbol", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "session", "symbol", name=op.f("pk_signalled")),
    )
    op.create_table(
        "signals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("signal_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("session", sa.Integer(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("symbol", sa.String(length=32), nullable=False),
        sa.Column("side", sa.String(length=5), nullable=False),
        sa.Column("status", sa.String(length=9), nullable=False),
        sa.Column("timestamp", Moment(), nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("quantity", Money(), nullable=True),
        sa.Column("reserved_price", Money(), nullable=True),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("refusal", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signals")),
        sa.UniqueConstraint("account_id", "signal_id", name=op.f("uq_signals_account_id_signal_id")),
    )
    op.create_index(
        op.f("ix_signals_account_id_session_seq"), "signals", ["account_id", "session", "seq"], unique=False
    )
    op.create_index(
        "ix_signals_working",
        "signals",
        ["account_id"],
        unique=False,
        sqlite_where=sa.text("status = 'WORKING'"),
        postgresql_where=sa.text("status = 'WORKING'"),
    )
    op.create_table(
        "tallies",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("session", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("dimension", sa.String(length=16), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("trades", sa.BigInteger(), nullable=False),
        sa.Column("wins", sa.BigInteger(), nullable=False),
        sa.Column("losses", sa.BigInteger(), nullable=False),
        sa.Column("gross_profit", Exact(), nullable=False),
        sa.Column("gross_loss", Exact(), nullable=False),
        sa.Column("commission", Exact(), nullable=False),
        sa.Column("slippage", Exact(), nullable=False),
        sa.Column("r_total", Exact(), nullable=False),
        sa.Column("held", Span(), nullable=False),
        sa.Column("losing_run", sa.BigInteger(), nullable=False),
        sa.Column("longest_losing_run", sa.BigInteger(), nullable=False),
        sa.Column("best_pnl", Money(), nullable=True),
        sa.Column("best_trade", sa.Uuid(), nullable=True),
        sa.Column("worst_pnl", Money(), nullable=True),
        sa.Column("worst_trade", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("account_id", "session", "dimension", "key", name=op.f("pk_tallies")),
    )
    op.create_table(
        "trades",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("signal_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("session", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("symbol", sa.String(length=32), nullable=False),
        sa.Column("side", sa.String(length=5), nullable=False),
        sa.Column("pattern", sa.String(length=8), nullable=True),
        sa.Column("campaign_id", sa.String(length=200), nullable=True),
        sa.Column("is_timely", sa.Boolean(), nullable=False),
        sa.Column("quantity", Money(), nullable=False),
        sa.Column("entry_time", Moment(), nullable=False),
        sa.Column("entry_price", Money(), nullable=False),
        sa.Column("initial_stop", Money(), nullable=False),
        sa.Column("exit_time", Moment(), nullable=False),
        sa.Column("exit_price", Money(), nullable=False),
        sa.Column("exit_reason", sa.String(length=9), nullable=False),
        sa.Column("realized_pnl", Money(), nullable=False),
        sa.Column("commission", Money(), nullable=False),
        sa.Column("slippage", Money(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trades")),
    )
    op.create_index(op.f("ix_trades_account_id_session_seq"), "trades", ["account_id", "session", "seq"], unique=False)
    op.create_index(
        "ix_trades_timely",
        "trades",
        ["account_id", "session", "seq"],
        unique=False,
        sqlite_where=sa.text("is_timely"),
        postgresql_where=sa.text("is_timely"),
    )


def downgrade() -> None:
    """Drop them."""
    if op.get_bind().execute(sa.text("SELECT count(*) FROM desk WHERE ordinal > 0")).scalar_one():
        raise CommandError("the desk has a history, which is never deleted")
    op.drop_index(
        "ix_trades_timely",
        table_name="trades",
        sqlite_where=sa.text("is_timely"),
        postgresql_where=sa.text("is_timely"),
    )
    op.drop_index(op.f("ix_trades_account_id_session_seq"), table_name="trades")
    op.drop_table("trades")
    op.drop_table("tallies")
    op.drop_index(
        "ix_signals_working",
        table_name="signals",
        sqlite_where=sa.text("status = 'WORKING'"),
        postgresql_where=sa.text("status = 'WORKING'"),
    )
    op.drop_index(op.f("ix_signals_account_id_session_seq"), table_name="signals")
    op.drop_table("signals")
    op.drop_table("signalled")
    op.drop_table("sessions")
    op.drop_table("quotes")
    op.drop_index(
        "ix_positions_open",
        table_name="positions",
        sqlite_where=sa.text("open_quantity > 0"),
        postgresql_where=sa.text("open_quantity > 0"),
    )
    op.drop_index(op.f("ix_positions_account_id_session_seq"), table_name="positions")
    op.drop_table("positions")
    op.drop_table("marks")
    op.drop_index(op.f("ix_markets_ordinal"), table_name="markets")
    op.drop_table("markets")
    op.drop_table("market_days")
    op.drop_table("journal")
    op.drop_table("fills")
    op.drop_index(op.f("ix_extremes_account_id"), table_name="extremes")
    op.drop_table("extremes")
    op.drop_table("equity_points")
    op.drop_table("equity_hours")
    op.drop_table("equity_days")
    op.drop_table("desk")
    op.drop_table("commands")
    op.drop_table("bars")
    op.drop_index(op.f("ix_backtests_ordinal"), table_name="backtests")
    op.drop_table("backtests")
    op.drop_index(op.f("ix_accounts_ordinal"), table_name="accounts")
    op.drop_index(op.f("ix_accounts_opened"), table_name="accounts")
    op.drop_table("accounts")
