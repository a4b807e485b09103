"""The URLs of the databases that a desk can use: a file of SQLite, or a database of PostgreSQL."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path
from typing import Self
from urllib.parse import parse_qs, quote, quote_plus, unquote

from api.errors import PapertapeError

_PARTS = re.compile(
    r"""
    (?P<kind>[\w+]+)://
    (?:(?P<username>[^:/]*)(?::(?P<password>[^@]*))?@)?
    (?:(?:\[(?P<ipv6>[^/?]+)\]|(?P<host>[^/:?]+))?(?::(?P<port>[^/?]*))?)?
    (?:/(?P<database>[^?]*))?
    (?:\?(?P<query>.*))?
    """,
    re.VERBOSE,
)
_POSTGRESQL_PORT = 5432


class UnsupportedDatabase(PapertapeError, ValueError):
    """A database URL that the desk cannot use."""


class Backend(Enum):
    """What keeps a database."""

    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"


_KINDS = {
    "sqlite": Backend.SQLITE,
    "sqlite+aiosqlite": Backend.SQLITE,
    "postgresql": Backend.POSTGRESQL,
    "postgres": Backend.POSTGRESQL,
    "postgresql+asyncpg": Backend.POSTGRESQL,
}


@dataclass(frozen=True, slots=True)
class DatabaseUrl:
    """A database's URL, taken apart; `query` has each name with its values."""

    backend: Backend
    database: str
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    host: str | None = None
    port: int | None = None
    query: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def is_embedded(self) -> bool:
        """Whether the database is a file of this machine."""
        return self.backend is Backend.SQLITE

    @property
    def file(self) -> Path:
        """The file of an embedded database."""
        return Path(self.database)

    def with_file(self, file: Path) -> Self:
        """The URL of another file."""
        return replace(self, database=str(file))

    @property
    def server(self) -> str:
        """The host and the port of a server."""
        return f"{self.host}:{self.port or _POSTGRESQL_PORT}"

    @property
    def shown(self) -> str:
        """The URL for people to read: without its password."""
        host = f"[{self.host}]" if self.host and ":" in self.host else self.host or ""
        port = "" if self.port is None else f":{self.port}"
        database = f"/{quote(self.database, safe=' +/')}" if self.database else ""
        pairs = (f"{quote_plus(name)}={quote_plus(value)}" for name in sorted(self.query) for value in self.query[name])
        query = f"?{'&'.join(pairs)}" if self.query else ""
        return f"{self.backend.value}://{self._shown_user}{host}{port}{database}{query}"

    @property
    def _shown_user(self) -> str:
        if self.username is None:
            return ""
        return quote(self.username, safe=" +") + ("@" if self.password is None else ":***@")


def database_url(text: str) -> DatabaseUrl:
    """What a database's URL says. Raises UnsupportedDatabase."""
    parts = _PARTS.match(text)
    port = None if parts is None else parts["port"]
    if parts is None or (port and not port.isdecimal()):
        # The text may hold a password.
        shown = repr(text) if "@" not in text else "what was given"
        raise UnsupportedDatabase(f"{shown} is not a database URL")
    if (backend := _KINDS.get(parts["kind"])) is None:
        raise UnsupportedDatabase(f"{parts['kind']} is not supported; use sqlite:///FILE or postgresql://HOST/NAME")
    database = unquote(parts["database"] or "")
    if backend is Backend.SQLITE:
        _require_file(database)
    return DatabaseUrl(
        backend=backend,
        database=database,
        username=None if parts["username"] is None else unquote(parts["username"]),
        password=None if parts["password"] is None else unquote(parts["password"]),
        host=parts["host"] or parts["ipv6"],
        port=int(port) if port else None,
        query=parse_qs(parts["query"] or ""),
    )


def _require_file(database: str) -> None:
    if not database or database == ":memory:":
        raise UnsupportedDatabase("SQLite needs a file, as in sqlite:///papertape.sqlite3")
    if database.startswith("file:"):
        raise UnsupportedDatabase("SQLite's file is named by its path, as in sqlite:///papertape.sqlite3")
