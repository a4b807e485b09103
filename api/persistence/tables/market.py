"""The tables of market data, and of what is known of each symbol.

How a market stands no row says: its last bar and quote do. The updates of a symbol are numbered as they are applied.
"""

from sqlalchemy import BigInteger, Column, Date, Integer, String, Table, text

from api.persistence.columns import counts, metadata, money, ordinal, partial
from api.persistence.types import Exact, Moment

IS_NOT_RETRACTED = text("retracted IS NULL")
IS_RETRACTED = text("retracted IS NOT NULL")


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
    *counts("number"),
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
    *counts("number"),
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
    Column("asset_class", String(8)),
    *money("last_price", nullable=True),
    Column("last_time", Moment),
    Column("bar_end", Moment),
    Column("volume", Exact),
    *counts("updates", "retracted"),
    Column("latest_end", Moment),
    *money("bar_close", nullable=True),
    Column("end_before", Moment),
)

markets = Table(
    "markets",
    metadata,
    Column("symbol", String(32), primary_key=True),
    Column("asset_class", String(8)),
)

market_days = Table(
    "market_days",
    metadata,
    Column("symbol", String(32), primary_key=True),
    Column("kind", String(5), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("first", BigInteger, nullable=False),
    Column("hours", Integer, nullable=False),
)
