"""Connections to nowhere but where notifications may be sent: it is the address connected to that is checked, so that a
name which leads elsewhere the next time leads nobody there."""

import asyncio
import ssl
from collections.abc import Iterable, Sequence
from functools import cache

import httpcore

from api.notifications.reachable import ForbiddenAddress, Network, addresses_of, is_allowed, require_reachable

_IDLE_SECONDS = 30.0


class CheckedConnections(httpcore.AsyncNetworkBackend):
    """Connects to an address of a host that may be reached; without TLS, to one that is named as private."""

    def __init__(self, private: Sequence[Network], *, is_encrypted: bool) -> None:
        self._private = private
        self._is_encrypted = is_encrypted
        self._connections = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - as the library asks for it
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A connection to the first address that answers. Raises ForbiddenAddress and what the library raises."""
        problem: Exception = httpcore.ConnectError("the host has no address")
        for address in await resolved(host, port):
            try:
                self._require(address)
                return await self._connections.connect_tcp(address, port, timeout, local_address, socket_options)
            except (ForbiddenAddress, httpcore.ConnectError, httpcore.ConnectTimeout) as failure:
                problem = failure
        raise problem

    async def sleep(self, seconds: float) -> None:
        """Wait, as the library asks for it between attempts."""
        await self._connections.sleep(seconds)

    def _require(self, address: str) -> None:
        require_reachable(address, self._private)
        if not self._is_encrypted and not is_allowed(address, self._private):
            raise ForbiddenAddress("without TLS it would be told to all on the way: use https")


async def resolved(host: str, port: int) -> list[str]:
    """The addresses of a host. Raises httpcore.ConnectError."""
    try:
        return await asyncio.get_running_loop().run_in_executor(None, addresses_of, host, port)
    except (OSError, UnicodeError) as problem:
        raise httpcore.ConnectError(f"the host {host} was not found") from problem


def checked_pool(private: Sequence[Network], *, is_encrypted: bool) -> httpcore.AsyncConnectionPool:
    """One connection at a time, kept for a while. It knows of no proxy, behind which nothing could be checked."""
    backend = CheckedConnections(private, is_encrypted=is_encrypted)
    context = trusted_authorities() if is_encrypted else None
    return httpcore.AsyncConnectionPool(
        context, max_connections=1, keepalive_expiry=_IDLE_SECONDS, network_backend=backend
    )


@cache
def trusted_authorities() -> ssl.SSLContext:
    """Whose certificates are believed. To read them takes tens of milliseconds, so it is done once."""
    return ssl.create_default_context()
