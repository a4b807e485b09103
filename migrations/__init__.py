"""The database's history of shapes, for Alembic."""
