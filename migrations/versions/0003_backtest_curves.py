"""A backtest may come with its equity curve, and is listed without reading its trades."""

import json

import sqlalchemy as sa
from alembic import op
from alembic.util import CommandError

revision = "0003"
down_revision = "0002"

_NO_CURVE = "[]"

_backtests = sa.table(
    "backtests",
    sa.column("id", sa.Uuid()),
    sa.column("trades", sa.Text()),
    sa.column("trade_count", sa.Integer()),
    sa.column("curve", sa.Text()),
)


def upgrade() -> None:
    """Add the curve, and count the trades of what is kept already."""
    for column in (sa.Column("trade_count", sa.Integer()), sa.Column("curve", sa.Text())):
        op.add_column("backtests", column)
    connection = op.get_bind()
    for key, trades in connection.execute(sa.select(_backtests.c.id, _backtests.c.trades)).all():
        counted = {"trade_count": len(json.loads(trades)), "curve": _NO_CURVE}
        connection.execute(_backtests.update().where(_backtests.c.id == key).values(counted))
    with op.batch_alter_table("backtests") as batch:
        batch.alter_column("trade_count", existing_type=sa.Integer(), nullable=False)
        batch.alter_column("curve", existing_type=sa.Text(), nullable=False)


def downgrade() -> None:
    """Drop the curve and the count; where a curve is kept, history would be lost: refuse."""
    kept = sa.select(sa.func.count()).select_from(_backtests).where(_backtests.c.curve != _NO_CURVE)
    if op.get_bind().execute(kept).scalar_one():
        raise CommandError("backtests are kept with their curves, which an older version cannot hold")
    with op.batch_alter_table("backtests") as batch:
        batch.drop_column("curve")
        batch.drop_column("trade_count")
