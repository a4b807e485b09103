"""The tables of history: the commands in their order, what they did, and the hashes over it."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Integer, String, Table, Text, UniqueConstraint, text

from api.persistence.columns import changed, metadata, ordinal, partial
from api.persistence.types import Id, Moment

INITIAL_HASH = "0" * 64
"""What stands for the hash of a history in which nothing has happened yet."""

desk = Table(
    "desk",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("ordinal", BigInteger, nullable=False),
    Column("latest_end", Moment),
    Column("head", String(64), nullable=False, default=INITIAL_HASH),
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
    Column("encoding", Integer, nullable=False),
    Column("sent", Text, nullable=False),
    Column("clock", Moment, nullable=False),
    Column("recorded_at", Moment, nullable=False),
    # The desk's id of a signal, or of a command that came with one, its typed content, and what was decided first.
    Column("id", Id, unique=True),
    Column("content", Text),
    Column("refusal", Text),
    Column("ended_session", Integer),
    Column("closed", Text),
)

IS_OF_ACCOUNT = text("stream = 'ACCOUNT'")

journal = Table(
    "journal",
    metadata,
    ordinal(),
    Column("account_id", Id, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("stream", String(16), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("encoding", Integer, nullable=False),
    Column("occurred_at", Moment, nullable=False),
    Column("recorded_at", Moment, nullable=False),
    Column("payload", Text, nullable=False),
    UniqueConstraint("account_id", "seq"),
    partial("ix_journal_of_account", IS_OF_ACCOUNT, "account_id", "seq"),
)

backtests = Table(
    "backtests",
    metadata,
    Column("id", Id, primary_key=True),
    changed(),
    Column("name", String(200), nullable=False),
    Column("source", String(200), nullable=False),
    Column("recorded_at", Moment, nullable=False),
    Column("metrics", Text, nullable=False),
    Column("trades", Text, nullable=False),
    Column("trade_count", Integer, nullable=False),
    Column("curve", Text, nullable=False),
)
