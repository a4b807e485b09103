"""Column types that are exact, and equal on SQLite and PostgreSQL."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Dialect, Text, Uuid
from sqlalchemy.types import TypeDecorator, TypeEngine, UserDefinedType

from domain.money import SMALLEST, exact_units, plain

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Money(TypeDecorator[Decimal]):
    """A number of the desk (R1) as a 64-bit count of 1e-8; refuses what the desk cannot hold."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> int | None:
        """The count, of a Decimal and nothing else."""
        if value is None:
            return None
        if not isinstance(value, Decimal):
            raise TypeError(f"money must be a Decimal, not {type(value).__name__}")
        return exact_units(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        """The number."""
        return None if value is None else Decimal(value) * SMALLEST


class Span(TypeDecorator[timedelta]):
    """A length of time in microseconds."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: timedelta | None, dialect: Dialect) -> int | None:
        """Microseconds."""
        return None if value is None else value // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> timedelta | None:
        """The length of time."""
        return None if value is None else value * _MICROSECOND


class Exact(TypeDecorator[Decimal]):
    """A figure that is not money, with all its digits, as text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        """Plain notation."""
        return None if value is None else plain(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        """The figure."""
        return None if value is None else Decimal(value)


class Moment(TypeDecorator[datetime]):
    """A time in UTC as microseconds since 1970; refuses a naive one (R3)."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Microseconds since 1970."""
        if value is None:
            return None
        if value.utcoffset() is None:
            raise ValueError(f"{value} has no UTC offset")
        return (value - _EPOCH) // _MICROSECOND

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
