"""The tables of hooks: beside the record, of which they are no part, so that `verify` does not ask for them.

A hook numbers its deliveries, of which the newest are kept.
"""

from sqlalchemy import BigInteger, Column, Index, String, Table, Text, text

from api.persistence.columns import counts, metadata, partial
from api.persistence.types import Id, Moment

IS_PENDING = text("status = 'PENDING'")

hooks = Table(
    "hooks",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("account", String(64), nullable=False),
    Column("template", String(64), nullable=False),
    Column("defaults", Text, nullable=False),
    Column("secret_hash", String(64), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("revoked_at", Moment),
    *counts("deliveries"),
)

hook_deliveries = Table(
    "hook_deliveries",
    metadata,
    Column("hook", String(64), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("received_at", Moment, nullable=False),
    # Which bodies are the same alert, and when the first of them came.
    Column("digest", String(64), nullable=False),
    Column("first_at", Moment, nullable=False),
    Column("excerpt", Text, nullable=False),
    Column("status", String(16), nullable=False),
    Column("code", String(64)),
    Column("message", Text),
    Column("kind", String(32)),
    Column("signal_id", Id),
    # What was read of it, and what is to be done for that; while it is pending, until when a process sees to it.
    Column("alert", Text),
    Column("commands", Text),
    Column("lease_until", Moment),
    # What it is about, of when it is by its own time, and what it means: in which order alerts were sent.
    Column("symbol", String(32)),
    Column("alerted_at", Moment),
    Column("intent", String(16)),
    Index(None, "hook", "digest", "number"),
    Index(None, "hook", "symbol", "alerted_at"),
    partial("ix_hook_deliveries_pending", IS_PENDING, "hook", "number"),
)
