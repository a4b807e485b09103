"""Hooks, and what became of the alerts that came to them: kept beside the record, of which they are no part.

Column types are written out here, so that a later change of the code's types does not change what this revision made.
Times are microseconds.
"""

import sqlalchemy as sa
from alembic import op

revision = "6"
down_revision = "5"

_ID = sa.Uuid().with_variant(sa.LargeBinary(), "sqlite")


def upgrade() -> None:
    """Create the tables of hooks."""
    op.create_table(
        "hooks",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("template", sa.String(length=64), nullable=False),
        sa.Column("defaults", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.Column("deliveries", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_hooks")),
    )
    op.create_table(
        "hook_deliveries",
        sa.Column("hook", sa.String(length=64), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("first_at", sa.BigInteger(), nullable=False),
        sa.Column("excerpt", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=True),
        sa.Column("signal_id", _ID, nullable=True),
        sa.Column("alert", sa.Text(), nullable=True),
        sa.Column("commands", sa.Text(), nullable=True),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("hook", "number", name=op.f("pk_hook_deliveries")),
    )
    op.create_index(
        op.f("ix_hook_deliveries_hook_digest_number"), "hook_deliveries", ["hook", "digest", "number"], unique=False
    )
    pending = sa.text("status = 'PENDING'")
    op.create_index(
        "ix_hook_deliveries_pending",
        "hook_deliveries",
        ["hook", "number"],
        unique=False,
        sqlite_where=pending,
        postgresql_where=pending,
    )


def downgrade() -> None:
    """Drop them: they are no part of the desk's history."""
    pending = sa.text("status = 'PENDING'")
    op.drop_index(
        "ix_hook_deliveries_pending", table_name="hook_deliveries", sqlite_where=pending, postgresql_where=pending
    )
    op.drop_index(op.f("ix_hook_deliveries_hook_digest_number"), table_name="hook_deliveries")
    op.drop_table("hook_deliveries")
    op.drop_table("hooks")
