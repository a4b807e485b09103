"""The tables of equity curves."""

from sqlalchemy import BigInteger, Column, Date, Integer, Table, Uuid

from api.persistence.columns import metadata, money
from api.persistence.types import Moment

equity_points = Table(
    "equity_points",
    metadata,
    Column("account_id", Uuid, primary_key=True),
    Column("session", Integer, primary_key=True, autoincrement=False),
    Column("time", Moment, primary_key=True),
    *money("equity", "peak"),
)

equity_days = Table(
    "equity_days",
    metadata,
    Column("account_id", Uuid, primary_key=True),
    Column("session", Integer, primary_key=True, autoincrement=False),
    Column("day", Date, primary_key=True),
    *money("equity"),
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
