"""Column types that are exact, and equal on SQLite and PostgreSQL."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import BigInteger, Column, Dialect, Text, Uuid, type_coerce
from sqlalchemy.types import TypeDecorator, TypeEngine, UserDefinedType

from domain.money import SMALLEST, exact_units, plain

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

UNREADABLE = (ValueError, TypeError, ArithmeticError)
"""What reading a value raises that is none of its column's type, as SQLite lets anyone store."""

Value = TypeVar("Value")


def microseconds(moment: datetime) -> int:
    """A time with an offset, as microseconds since 1970."""
    return (moment - _EPOCH) // _MICROSECOND


class StoredAlike(TypeDecorator[Value], Generic[Value]):
    """A type whose values every database stores as the same whole numbers or text."""

    def process_bind_param(self, value: Value | None, dialect: Dialect) -> int | str | None:
        """What is stored."""
        return None if value is None else self.stored(value)

    def stored(self, value: Any) -> int | str:
        """What is stored of a value that is not None."""
        raise NotImplementedError


class Money(StoredAlike[Decimal]):
    """A number of the desk (R1) as a 64-bit count of 1e-8; refuses what the desk cannot hold."""

    impl = BigInteger
    cache_ok = True

    def stored(self, value: Any) -> int:
        """The count, of a Decimal and nothing else."""
        if not isinstance(value, Decimal):
            raise TypeError(f"money must be a Decimal, not {type(value).__name__}")
        return exact_units(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        """The number."""
        return None if value is None else Decimal(value) * SMALLEST


class Span(StoredAlike[timedelta]):
    """A length of time in microseconds."""

    impl = BigInteger
    cache_ok = True

    def stored(self, value: timedelta) -> int:
        """Microseconds."""
        return value // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> timedelta | None:
        """The length of time."""
        return None if value is None else value * _MICROSECOND


class Exact(StoredAlike[Decimal]):
    """A figure that is not money, with all its digits, as text."""

    impl = Text
    cache_ok = True

    def stored(self, value: Decimal) -> str:
        """Plain notation."""
        return plain(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        """The figure."""
        return None if value is None else Decimal(value)


class Moment(StoredAlike[datetime]):
    """A time in UTC as microseconds since 1970; refuses a naive one (R3)."""

    impl = BigInteger
    cache_ok = True

    def stored(self, value: datetime) -> int:
        """Microseconds since 1970."""
        if value.utcoffset() is None:
            raise ValueError(f"{value} has no UTC offset")
        return microseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """The time, in UTC."""
        return None if value is None else _EPOCH + value * _MICROSECOND


class Id(TypeDecorator[UUID]):
    """An id: PostgreSQL's own type, on SQLite its 16 bytes."""

    impl = Uuid
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The type that a database has for it."""
        return dialect.type_descriptor(_SixteenBytes() if dialect.name == "sqlite" else Uuid())


class _SixteenBytes(UserDefinedType[UUID]):
    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """What SQLite calls it."""
        return "BLOB"

    def bind_processor(self, dialect: Dialect) -> Callable[[UUID | None], bytes | None]:
        """The bytes."""
        return lambda value: None if value is None else value.bytes

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[bytes | None], UUID | None]:
        """The id."""
        return lambda value: None if value is None else UUID(bytes=value)


class _AsFound(UserDefinedType[Any]):
    """Values of another type, or whatever else is stored in their place."""

    cache_ok = True

    def __init__(self, kind: TypeEngine[Any]) -> None:
        self.kind = kind

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        """The value, or what is stored."""
        read = self.kind.dialect_impl(dialect).result_processor(dialect, coltype)
        return None if read is None else partial(_found, read)


def _found(read: Callable[[Any], Any], value: Any) -> Any:
    try:
        return read(value)
    except UNREADABLE:
        return value


def as_stored(column: Column[Any]) -> Any:
    """A column, read as what is stored, whatever that is."""
    kind = column.type
    read = kind.impl_instance if isinstance(kind, StoredAlike) else _AsFound(kind)
    return type_coerce(column, read).label(column.name)
