"""What a server costs that does nothing: a route of Starlette's that reads JSON and answers JSON, and a WebSocket.

Run as a module with what would be a database's URL and a port, as every yardstick is.
"""

import sys

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from tests.benchmarks.yardsticks.serving import serve


async def answer(request: Request) -> JSONResponse:
    """What GraphQL answers to `{ __typename }`."""
    assert (await request.json()).keys() == {"query", "variables"}
    return JSONResponse({"data": {"__typename": "Query"}})


async def wait(socket: WebSocket) -> None:
    """Take a connection, and answer every message with the same."""
    await socket.accept("graphql-transport-ws")
    async for text in socket.iter_text():
        await socket.send_text(text)


app = Starlette(routes=[Route("/graphql", answer, methods=["POST"]), WebSocketRoute("/graphql", wait)])

if __name__ == "__main__":
    serve(app, int(sys.argv[2]))
