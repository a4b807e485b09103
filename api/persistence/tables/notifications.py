"""The tables of notifications: who is told what, how far they are, and what there is to tell beside the journal.

They are no part of history: no hash covers them, and `verify` does not look at them.
"""

from sqlalchemy import BigInteger, Boolean, Column, Date, Integer, String, Table, Text

from api.persistence.columns import counts, metadata
from api.persistence.types import Id, Moment

notification_targets = Table(
    "notification_targets",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("url", Text, nullable=False),
    Column("secret", Text),
    Column("shown", String(300), nullable=False),
    Column("events", Text, nullable=False),
    Column("accounts", Text),
    Column("created_at", Moment, nullable=False),
    # The market's clock when it was added: days that were over by then are not told.
    Column("clock", Moment),
    # How far it is: in the journal by ordinal, in the notices by number.
    *counts("journal", "notice"),
    Column("lease_owner", Id),
    Column("lease_until", Moment),
    *counts("attempts", "sent", "failed"),
    Column("next_attempt", Moment),
    Column("failing_since", Moment),
    Column("last_error", Text),
    Column("last_sent", Moment),
    Column("stopped", Boolean, nullable=False),
    Column("given_up_since", Moment),
    Column("given_up_reason", Text),
)

notices = Table(
    "notices",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("key", String(200), nullable=False, unique=True),
    Column("event", String(16), nullable=False),
    # The account and its day, where it is about one; and how far the journal was when it was noted.
    Column("account_id", Id),
    Column("session", Integer),
    Column("day", Date),
    Column("journal", BigInteger, nullable=False),
    Column("content", Text, nullable=False),
    Column("recorded_at", Moment, nullable=False),
)
