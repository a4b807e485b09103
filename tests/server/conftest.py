"""What a server does on its connections, it does whatever runs its event loop and parses its requests."""

import asyncio
from collections.abc import Callable, Mapping

import pytest
import uvloop

from api.server import h11_protocol, httptools_protocol
from tests.server import wire

PROTOCOLS = {"httptools": httptools_protocol.HttpProtocol, "h11": h11_protocol.HttpProtocol}


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    return {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


@pytest.fixture(params=PROTOCOLS)
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of the library that parses requests."""
    name: str = request.param
    monkeypatch.setattr(wire, "http_protocol", lambda: PROTOCOLS[name])
    return name
