"""Runs the migrations on the connection that the caller holds: one transaction, its own or none."""

from alembic import context

from api.persistence import tables


def run() -> None:
    """Migrate `config.attributes["connection"]`."""
    connection = context.config.attributes["connection"]
    context.configure(connection=connection, target_metadata=tables.desk.metadata, render_as_batch=True)
    context.run_migrations()


run()
