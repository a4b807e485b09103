"""What the tables are made of: names of constraints, and columns of one kind."""

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, TextClause

from api.persistence.types import Money

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


def ordinal() -> Column[int]:
    """The place of a row of history in the one order of things; of an INTEGER SQLite makes the number of the row."""
    return Column("ordinal", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=False)


def changed() -> Column[int]:
    """The ordinal of the last change of a row of state."""
    return Column("ordinal", BigInteger, nullable=False, index=True)


def partial(name: str, condition: TextClause, *columns: str, unique: bool = False) -> Index:
    """An index of the rows that meet a condition."""
    return Index(name, *columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


def money(*names: str, nullable: bool = False) -> list[Column[object]]:
    """Columns of money, prices or quantities, exact."""
    return [Column(name, Money, nullable=nullable) for name in names]


def counts(*names: str) -> list[Column[object]]:
    """Columns of whole numbers."""
    return [Column(name, BigInteger, nullable=False) for name in names]
