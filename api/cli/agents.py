"""Serves agents that speak the Model Context Protocol, as a client of a running desk."""

import signal
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

from api.agents.desk_access import DeskAccess
from api.agents.server import make_server
from api.choices import AgentScope
from api.cli.running import say
from api.client import DeskClient
from api.settings import AgentServerSettings, ServerSettings

_PAUSES = (0.2, 0.5, 1.0)


@dataclass(frozen=True, slots=True)
class AgentOptions:
    """The desk, what agents may do on it, on which accounts (none: all), and where to listen (None: stdio)."""

    url: str
    allowed: AgentScope
    accounts: Sequence[str]
    http: AgentServerSettings | None


async def serve_agents(settings: ServerSettings, wanted: AgentOptions) -> int:
    """Serve agents until standard input ends, or over HTTP until a signal comes. Raises BadArgument and DeskError."""
    async with DeskClient(wanted.url, token=settings.secret, pauses=_PAUSES) as client:
        server = make_server(DeskAccess(client, wanted.accounts), wanted.allowed)
        await (_over_stdio(server) if wanted.http is None else _over_http(server, wanted.http))
    return 0


async def _over_stdio(server: Server[Any]) -> None:
    # The thread that waits for standard input cannot be woken: an interrupt must end the program by itself.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    async with stdio_server() as (read_stream, write_stream):
        await server.run(read_stream, write_stream, server.create_initialization_options())


async def _over_http(server: Server[Any], settings: AgentServerSettings) -> None:
    from api.cli.serving import listening, url_of
    from api.server import agent_server

    with listening(settings.host, settings.port) as sockets:
        say(f"Papertape {version('papertape')} serves agents at {url_of(settings.host, sockets, agent_server.PATH)}")
        await agent_server.serve_agents(server, settings, sockets)
    say("Papertape has stopped.")
