"""A desk in a process of its own, which wastes no time: `python -m tests.notifications.desk_process URL PORT`."""

import asyncio
import sys
from dataclasses import replace

from api.bootstrap import running_desk
from api.choices import ClockKind, LogFormat
from api.server import logs
from api.server.sockets import bound_sockets
from api.server.uvicorn_server import Server
from api.settings import ServerSettings
from tests.notifications.desks import LOOPBACK, QUICK


async def serve(url: str, port: int) -> None:
    """Serve until a signal comes."""
    settings = ServerSettings(database_url=url, port=port, clock=ClockKind.MARKET, notify_private=LOOPBACK)
    async with running_desk(settings, patience=replace(QUICK, longest_pause=1.0, lease=2.0, look=0.5)) as desk:
        await Server(desk, trusted=[]).serve(sockets=bound_sockets("127.0.0.1", port))


def main() -> None:
    """What the command line asks for."""
    url, port = sys.argv[-2:]
    with logs.configured(LogFormat.CONSOLE):
        asyncio.run(serve(url, int(port)))


if __name__ == "__main__":
    main()
