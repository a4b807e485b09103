"""A server for agents over HTTP: what stands between the network and the Model Context Protocol."""

import socket
from collections.abc import Sequence
from typing import Any

from mcp.server.lowlevel import Server
from mcp.server.transport_security import TransportSecuritySettings
from starlette.types import ASGIApp

from api.server.auth import Access
from api.server.connections import Connections
from api.server.uvicorn_server import StoppableServer, config
from api.settings import AgentServerSettings

PATH = "/mcp"
_LARGEST_REQUEST = 256 * 1024
_MOST_SESSIONS = 1_000
_GRACE_SECONDS = 2


def agent_app(server: Server[Any], settings: AgentServerSettings) -> ASGIApp:
    """The application: foreign hosts and origins are turned away, and who lacks the token."""
    app = server.streamable_http_app(
        streamable_http_path=PATH,
        max_request_body_size=_LARGEST_REQUEST,
        max_sessions=_MOST_SESSIONS,
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
    )
    return Access(app, token=settings.secret, hosts=settings.hosts, public_paths=())


async def serve_agents(server: Server[Any], settings: AgentServerSettings, sockets: Sequence[socket.socket]) -> None:
    """Serve agents on sockets until a signal comes."""
    connections = Connections()

    async def look_after_clients() -> None:
        connections.end_overdue()

    app = agent_app(server, settings)
    await StoppableServer(
        config(app, connections, look_after_clients, lifespan="on", grace_seconds=_GRACE_SECONDS)
    ).serve(sockets=list(sockets))
