"""A database's URL as SQLAlchemy takes it."""

from sqlalchemy import URL

from api.database_url import Backend, DatabaseUrl

_DRIVERS = {Backend.SQLITE: "sqlite+aiosqlite", Backend.POSTGRESQL: "postgresql+asyncpg"}


def blocking_driver_url(url: DatabaseUrl) -> URL:
    """The URL of an embedded database, with the driver that blocks."""
    return driver_url(url).set(drivername="sqlite+pysqlite")


def driver_url(url: DatabaseUrl) -> URL:
    """The URL, with the driver that the event loop waits for."""
    return URL.create(
        _DRIVERS[url.backend],
        username=url.username,
        password=url.password,
        host=url.host,
        port=url.port,
        database=url.database or None,
        query={name: values[0] if len(values) == 1 else tuple(values) for name, values in url.query.items()},
    )
