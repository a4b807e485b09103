"""The desk: journal, commands, market data, and the state that follows from them.

Column types are written out here, so that a later change of the code's types does not change what this revision made.
Times and spans are microseconds, money counts of 1e-8, both in 64 bits; volumes and figures are text.
"""

import sqlalchemy as sa
from alembic import op
from alembic.util import CommandError

revision = "5"
down_revision = None

_ID = sa.Uuid().with_variant(sa.LargeBinary(), "sqlite")
_ORDINAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create every table."""
    op.create_table(
        "accounts",
        sa.Column("id", _ID, nullable=False),
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
        "amendments",
        sa.Column("id", _ID, nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account_id", _ID, nullable=False),
        sa.PrimaryKeyConstraint("id", "seq", name=op.f("pk_amendments")),
    )
    op.create_table(
        "backtests",
        sa.Column("id", _ID, nullable=False),
        sa.Column("ordinal", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("metrics", sa.Text(), nullable=False),
        sa.Column("trades", sa.Text(), nullable=False),
        sa.Column("trade_count", sa.Integer(), nullable=False),
        sa.Column("curve", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backtests")),
    )
    op.create_index(op.f("ix_backtests_ordinal"), "backtests", ["ordinal"], unique=False)
    op.create_table(
        "bars",
        sa.Column("ordinal", _ORDINAL, autoincrement=False, nullable=False),
        sa.Column("batch", sa.BigInteger(), nullable=False),
        sa.Column("symbol", sa.String(length=32), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("end", sa.BigInteger(), nullable=False),
        sa.Column("open", sa.BigInteger(), nullable=False),
        sa.Column("high", sa.BigInteger(), nullable=False),
        sa.Column("low", sa.BigInteger(), nullable=False),
        sa.Column("close", sa.BigInteger(), nullable=False),
        sa.Column("volume", sa.Text(), nullable=True),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("retracted", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("ordinal", name=op.f("pk_bars")),
    )
    _index_market_data("bars", ["symbol", "start", "end"])
    op.create_table(
        "chain",
        sa.Column("ordinal", _ORDINAL, autoincrement=False, nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("ordinal", name=op.f("pk_chain")),
    )
    op.create_table(
        "commands",
        sa.Column("ordinal", _ORDINAL, autoincrement=False, nullable=False),
        sa.Column("account", sa.String(length=64), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("encoding", sa.Integer(), nullable=False),
        sa.Column("sent", sa.Text(), nullable=False),
        sa.Column("clock", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("id", _ID, nullable=True),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("refusal", sa.Text(), nullable=True),
        sa.Column("ended_session", sa.Integer(), nullable=True),
        sa.Column("closed", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("ordinal", name=op.f("pk_commands")),
        sa.UniqueConstraint("id", name=op.f("uq_commands_id")),
    )
    op.create_table(
        "desk",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ordinal", sa.BigInteger(), nullable=False),
        sa.Column("latest_end", sa.BigInteger(), nullable=True),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.Column("groups", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_desk_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk")),
    )
    op.create_table(
        "equity_days",
        sa.Column("account_id", _ID, nullable=False),
        sa.Column("session", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("equity", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "session", "day", name=op.f("pk_equity_days")),
    )
    op.create_table(
        "equity_hours",
        sa.Column("account_id", _ID, nullable=False),
        sa.Column("session", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hour", sa.BigInteger(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("first_time", sa.BigInteger(), nullable=False),
        sa.Column("low_time", sa.BigInteger(), nullable=False),
        sa.Column("high_time", sa.BigInteger(), nullable=False),
        sa.Column("last_time", sa.BigInteger(), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("low", sa.BigInteger(), nullable=False),
        sa.Column("high", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("first_peak", sa.BigInteger(), nullable=False),
        sa.Column("low_peak", sa.BigInteger(), nullable=False),
        sa.Column("high_peak", sa.BigInteger(), nullable=False),
        sa.Column("last_peak", sa.BigInteger(), nullable=False),
        sa.Column("deepest_from", sa.BigInteger(), nullable=False),
        sa.Column("deepest_to", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "session", "hour", name=op.f("pk_equity_hours")),
    )
    op.create_table(
        "fills",
        sa.Column("position_id", _ID, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=9), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("raw_price", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("slippage", sa.BigInteger(), nullable=False),
        sa.Column("commission", sa.BigInteger(), nullable=False),
        sa.Column("realized_pnl", sa.BigInteger(), nullable=False),
        sa.Column("gap", sa.Boolean(), nullable=False),
        sa.Column("ambiguous", sa.Boolean(), nullable=False),
        sa.Column("journaled", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("position_id", "number", name=op.f("pk_fills")),
    )
    op.create_index(op.f("ix_fills_journaled"), "fills", ["journaled"], unique=False)
    op.create_table(
        "journal",
        sa.Column("ordinal", _ORDINAL, autoincrement=False, nullable=False),
        sa.Column("account_id", _ID, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("stream", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("encoding", sa.Integer(), nullable=False),
        sa.Column("occurred_at", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("ordinal", name=op.f("pk_journal")),
        sa.UniqueConstraint("account_id", "seq", name=op.f("uq_journal_account_id_seq")),
    )
    op.create_index(
        "ix_journal_of_account",
        "journal",
        ["account_id", "seq"],
        sqlite_where=sa.text("stream = 'ACCOUNT'"),
        postgresql_where=sa.text("stream = 'ACCOUNT'"),
    )
    op.create_table(
        "market_days",
        sa.Column("symbol", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("symbol", "day", name=op.f("pk_market_days")),
    )
    op.create_table(
        "markets",
        sa.Column("symbol", sa.String(length=32), nullable=False),
        sa.Column("asset_class", sa.String(length=8), nullable=True),
        sa.PrimaryKeyConstraint("symbol", name=op.f("pk_markets")),
    )
    op.create_table(
        "watermarks",
        sa.Column("account_id", _ID, nullable=False),
        sa.Column("session", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("equity", sa.BigInteger(), nullable=False),
        sa.Column("peak", sa.BigInteger(), nullable=False),
        sa.Column("watched_peak", sa.BigInteger(), nullable=False),
        sa.Column("worst_peak", sa.BigInteger(), nullable=False),
        sa.Column("worst_equity", sa.BigInteger(), nullable=False),
        sa.Column("day_reference", sa.BigInteger(), nullable=False),
        sa.Column("day_before", sa.BigInteger(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=True),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("ordinal", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "session", name=op.f("pk_watermarks")),
    )
    op.create_index(op.f("ix_watermarks_ordinal"), "watermarks", ["ordinal"], unique=False)
    op.create_table(
        "positions",
        sa.Column("id", _ID, nullable=False),
        sa.Column("signal_id", _ID, nullable=False),
        sa.Column("account_id", _ID, nullable=False),
        sa.Column("session", sa.Integer(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("symbol", sa.String(length=32), nullable=False),
        sa.Column("asset_class", sa.String(length=8), nullable=False),
        sa.Column("side", sa.String(length=5), nullable=False),
        sa.Column("pattern", sa.String(length=8), nullable=True),
        sa.Column("campaign_id", sa.String(length=200), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("is_live", sa.Boolean(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("open_quantity", sa.BigInteger(), nullable=False),
        sa.Column("entry_time", sa.BigInteger(), nullable=False),
        sa.Column("entry_price", sa.BigInteger(), nullable=False),
        sa.Column("entry_amount", sa.BigInteger(), nullable=False),
        sa.Column("entry_amount_left", sa.BigInteger(), nullable=False),
        sa.Column("entry_commission", sa.BigInteger(), nullable=False),
        sa.Column("entry_commission_left", sa.BigInteger(), nullable=False),
        sa.Column("initial_stop", sa.BigInteger(), nullable=True),
        sa.Column("stops", sa.Text(), nullable=False),
        sa.Column("target1", sa.BigInteger(), nullable=True),
        sa.Column("target2", sa.BigInteger(), nullable=True),
        sa.Column("trail", sa.Text(), nullable=True),
        sa.Column("realized_pnl", sa.BigInteger(), nullable=False),
        sa.Column("commission", sa.BigInteger(), nullable=False),
        sa.Column("slippage", sa.BigInteger(), nullable=False),
        sa.Column("override_price", sa.Text(), nullable=True),
        sa.Column("changed_seq", sa.BigInteger(), nullable=False),
        sa.Column("amendments", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_positions")),
    )
    _index_history("positions", ["symbol", "seq"], ["status", "seq"], ["realized_pnl", "seq"], ["entry_time", "seq"])
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
        sa.Column("ordinal", _ORDINAL, autoincrement=False, nullable=False),
        sa.Column("batch", sa.BigInteger(), nullable=False),
        sa.Column("symbol", sa.String(length=32), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("retracted", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("ordinal", name=op.f("pk_quotes")),
    )
    _index_market_data("quotes", ["symbol", "time", "price"])
    op.create_table(
        "retractions",
        sa.Column("ordinal", _ORDINAL, autoincrement=False, nullable=False),
        sa.Column("batch", sa.BigInteger(), nullable=False),
        sa.Column("symbol", sa.String(length=32), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("bars", sa.BigInteger(), nullable=False),
        sa.Column("quotes", sa.BigInteger(), nullable=False),
        sa.Column("asset_class", sa.String(length=8), nullable=True),
        sa.Column("last_price", sa.BigInteger(), nullable=True),
        sa.Column("last_time", sa.BigInteger(), nullable=True),
        sa.Column("bar_end", sa.BigInteger(), nullable=True),
        sa.Column("volume", sa.Text(), nullable=True),
        sa.Column("updates", sa.BigInteger(), nullable=False),
        sa.Column("retracted", sa.BigInteger(), nullable=False),
        sa.Column("latest_end", sa.BigInteger(), nullable=True),
        sa.Column("bar_close", sa.BigInteger(), nullable=True),
        sa.Column("end_before", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("ordinal", name=op.f("pk_retractions")),
    )
    op.create_table(
        "session_zones",
        sa.Column("account_id", _ID, nullable=False),
        sa.Column("session", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "session", name=op.f("pk_session_zones")),
    )
    op.create_table(
        "sessions",
        sa.Column("account_id", _ID, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("starting_capital", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("cash", sa.BigInteger(), nullable=False),
        sa.Column("realized_pnl", sa.BigInteger(), nullable=False),
        sa.Column("commission", sa.BigInteger(), nullable=False),
        sa.Column("slippage", sa.BigInteger(), nullable=False),
        sa.Column("trades", sa.BigInteger(), nullable=False),
        sa.Column("wins", sa.BigInteger(), nullable=False),
        sa.Column("losses", sa.BigInteger(), nullable=False),
        sa.Column("r_count", sa.BigInteger(), nullable=False),
        sa.Column("r_total", sa.Text(), nullable=False),
        sa.Column("crypto_positions", sa.BigInteger(), nullable=False),
        sa.Column("other_positions", sa.BigInteger(), nullable=False),
        sa.Column("enabled_since", sa.BigInteger(), nullable=True),
        sa.Column("enabled_for", sa.BigInteger(), nullable=False),
        sa.Column("began", sa.BigInteger(), nullable=False),
        sa.Column("ended", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("account_id", "number", name=op.f("pk_sessions")),
    )
    op.create_table(
        "signalled",
        sa.Column("account_id", _ID, nullable=False),
        sa.Column("session", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("symbol", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "session", "symbol", name=op.f("pk_signalled")),
    )
    op.create_table(
        "signals",
        sa.Column("id", _ID, nullable=False),
        sa.Column("signal_id", _ID, nullable=False),
        sa.Column("account_id", _ID, nullable=False),
        sa.Column("session", sa.Integer(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("symbol", sa.String(length=32), nullable=False),
        sa.Column("side", sa.String(length=5), nullable=False),
        sa.Column("status", sa.String(length=9), nullable=False),
        sa.Column("timestamp", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=True),
        sa.Column("reserved_price", sa.BigInteger(), nullable=True),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("refusal", sa.Text(), nullable=True),
        sa.Column("campaign_id", sa.String(length=200), nullable=True),
        sa.Column("sent", sa.Text(), nullable=True),
        sa.Column("earlier", sa.Text(), nullable=True),
        sa.Column("reverses", _ID, nullable=True),
        sa.Column("changed_seq", sa.BigInteger(), nullable=False),
        sa.Column("amendments", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signals")),
    )
    _index_history("signals", ["symbol", "seq"], ["status", "seq"], ["timestamp", "seq"])
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
        "trade_stats",
        sa.Column("account_id", _ID, nullable=False),
        sa.Column("session", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("dimension", sa.String(length=16), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("trades", sa.BigInteger(), nullable=False),
        sa.Column("wins", sa.BigInteger(), nullable=False),
        sa.Column("losses", sa.BigInteger(), nullable=False),
        sa.Column("r_count", sa.BigInteger(), nullable=False),
        sa.Column("gross_profit", sa.Text(), nullable=False),
        sa.Column("gross_loss", sa.Text(), nullable=False),
        sa.Column("commission", sa.Text(), nullable=False),
        sa.Column("slippage", sa.Text(), nullable=False),
        sa.Column("r_total", sa.Text(), nullable=False),
        sa.Column("held", sa.BigInteger(), nullable=False),
        sa.Column("losing_run", sa.BigInteger(), nullable=False),
        sa.Column("longest_losing_run", sa.BigInteger(), nullable=False),
        sa.Column("best_pnl", sa.BigInteger(), nullable=True),
        sa.Column("best_trade", _ID, nullable=True),
        sa.Column("worst_pnl", sa.BigInteger(), nullable=True),
        sa.Column("worst_trade", _ID, nullable=True),
        sa.PrimaryKeyConstraint("account_id", "session", "dimension", "key", name=op.f("pk_trade_stats")),
    )
    op.create_table(
        "trades",
        sa.Column("id", _ID, nullable=False),
        sa.Column("signal_id", _ID, nullable=False),
        sa.Column("account_id", _ID, nullable=False),
        sa.Column("session", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("symbol", sa.String(length=32), nullable=False),
        sa.Column("side", sa.String(length=5), nullable=False),
        sa.Column("pattern", sa.String(length=8), nullable=True),
        sa.Column("campaign_id", sa.String(length=200), nullable=True),
        sa.Column("is_live", sa.Boolean(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("entry_time", sa.BigInteger(), nullable=False),
        sa.Column("entry_price", sa.BigInteger(), nullable=False),
        sa.Column("initial_stop", sa.BigInteger(), nullable=True),
        sa.Column("exit_time", sa.BigInteger(), nullable=False),
        sa.Column("exit_price", sa.BigInteger(), nullable=False),
        sa.Column("exit_reason", sa.String(length=9), nullable=False),
        sa.Column("realized_pnl", sa.BigInteger(), nullable=False),
        sa.Column("commission", sa.BigInteger(), nullable=False),
        sa.Column("slippage", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trades")),
    )
    _index_history("trades", ["symbol", "seq"], ["exit_reason", "seq"], ["realized_pnl", "seq"], ["exit_time", "seq"])
    op.create_index(op.f("ix_trades_account_id_session_seq"), "trades", ["account_id", "session", "seq"], unique=False)
    op.create_index(
        "ix_trades_live",
        "trades",
        ["account_id", "session", "seq"],
        unique=False,
        sqlite_where=sa.text("is_live"),
        postgresql_where=sa.text("is_live"),
    )


def _index_history(table: str, *orders: list[str]) -> None:
    """The indexes by which a session's rows are found and sorted, and those of campaigns, which few rows have."""
    for order in orders:
        name = "_".join(("ix", table, "account_id", "session", *order))
        op.create_index(op.f(name), table, ["account_id", "session", *order], unique=False)
    has = sa.text("campaign_id IS NOT NULL")
    columns = ["account_id", "session", "campaign_id", "seq"]
    op.create_index(f"ix_{table}_campaign", table, columns, unique=False, sqlite_where=has, postgresql_where=has)


def _index_market_data(table: str, columns: list[str]) -> None:
    """What is applied once, unless it was retracted."""
    live, gone = sa.text("retracted IS NULL"), sa.text("retracted IS NOT NULL")
    name = op.f(f"uq_{table}_{'_'.join(columns)}")
    op.create_index(name, table, columns, unique=True, sqlite_where=live, postgresql_where=live)
    op.create_index(f"ix_{table}_retracted", table, ["symbol"], sqlite_where=gone, postgresql_where=gone)


def _drop_market_data(table: str, columns: list[str]) -> None:
    live, gone = sa.text("retracted IS NULL"), sa.text("retracted IS NOT NULL")
    op.drop_index(f"ix_{table}_retracted", table_name=table, sqlite_where=gone, postgresql_where=gone)
    name = op.f(f"uq_{table}_{'_'.join(columns)}")
    op.drop_index(name, table_name=table, sqlite_where=live, postgresql_where=live)
    op.drop_table(table)


def downgrade() -> None:
    """Drop them."""
    if op.get_bind().execute(sa.text("SELECT count(*) FROM desk WHERE ordinal > 0")).scalar_one():
        raise CommandError("the desk has a history, which is never deleted")
    op.drop_index(
        "ix_trades_live",
        table_name="trades",
        sqlite_where=sa.text("is_live"),
        postgresql_where=sa.text("is_live"),
    )
    op.drop_index(op.f("ix_trades_account_id_session_seq"), table_name="trades")
    op.drop_table("trades")
    op.drop_table("trade_stats")
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
    op.drop_table("session_zones")
    op.drop_table("retractions")
    _drop_market_data("quotes", ["symbol", "time", "price"])
    op.drop_index(
        "ix_positions_open",
        table_name="positions",
        sqlite_where=sa.text("open_quantity > 0"),
        postgresql_where=sa.text("open_quantity > 0"),
    )
    op.drop_index(op.f("ix_positions_account_id_session_seq"), table_name="positions")
    op.drop_table("positions")
    op.drop_index(op.f("ix_watermarks_ordinal"), table_name="watermarks")
    op.drop_table("watermarks")
    op.drop_table("markets")
    op.drop_table("market_days")
    op.drop_index(
        "ix_journal_of_account",
        table_name="journal",
        sqlite_where=sa.text("stream = 'ACCOUNT'"),
        postgresql_where=sa.text("stream = 'ACCOUNT'"),
    )
    op.drop_table("journal")
    op.drop_index(op.f("ix_fills_journaled"), table_name="fills")
    op.drop_table("fills")
    op.drop_table("equity_hours")
    op.drop_table("equity_days")
    op.drop_table("desk")
    op.drop_table("commands")
    op.drop_table("chain")
    _drop_market_data("bars", ["symbol", "start", "end"])
    op.drop_index(op.f("ix_backtests_ordinal"), table_name="backtests")
    op.drop_table("backtests")
    op.drop_table("amendments")
    op.drop_index(op.f("ix_accounts_ordinal"), table_name="accounts")
    op.drop_index(op.f("ix_accounts_opened"), table_name="accounts")
    op.drop_table("accounts")
