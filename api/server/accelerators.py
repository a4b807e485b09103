"""The event loop and the HTTP protocol of a server: the fast ones in C where they are installed, else Python's own."""

import asyncio
from collections.abc import Callable

from api.server.http_connection import HttpConnection


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop]:
    """What makes the event loop: uvloop, else asyncio."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop
    return uvloop.new_event_loop


def http_protocol() -> Callable[..., HttpConnection]:
    """The protocol of a connection: over httptools, else h11."""
    try:
        from api.server import httptools_protocol
    except ImportError:
        from api.server import h11_protocol

        return h11_protocol.HttpProtocol
    return httptools_protocol.HttpProtocol
