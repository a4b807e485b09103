"""The tables of equity curves."""

from sqlalchemy import BigInteger, Column, Date, Integer, Table

from api.persistence.columns import metadata, money
from api.persistence.types import Id, Moment

equity_days = Table(
    "equity_days",
    metadata,
    Column("account_id", Id, primary_key=True),
    Column("session", Integer, primary_key=True, autoincrement=False),
    Column("day", Date, primary_key=True),
    *money("equity"),
)

equity_hours = Table(
    "equity_hours",
    metadata,
    Column("account_id", Id, primary_key=True),
    Column("session", Integer, primary_key=True, autoincrement=False),
    Column("hour", Moment, primary_key=True),
    Column("points", BigInteger, nullable=False),
    *(Column(f"{name}_time", Moment, nullable=False) for name in ("first", "low", "high", "last")),
    *money("first", "low", "high", "last"),
    *money("first_peak", "low_peak", "high_peak", "last_peak"),
    *money("deepest_from", "deepest_to"),
)
