"""Which requests are accepted, which are refused, and with which messages."""

import asyncio
import errno
import json
import socket
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from api.server.auth import Access, is_authorized
from api.server.sockets import bound_sockets
from tests.api.serving import served

LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "[::1]")
PUBLIC_PATHS = ("/healthz", "/readyz")
TOKEN = "correct-horse-battery-staple"  # noqa: S105
A_PAGE = {"accept": "text/html,*/*"}
A_QUERY = "/graphql?query={ping}"
A_VISIT = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
AN_IMAGE = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"}


async def hello(request: Any) -> PlainTextResponse:
    return PlainTextResponse("hello")


async def greet(socket_: WebSocket) -> None:
    await socket_.accept()
    await socket_.send_text("hello")
    await socket_.close()


INSIDE = Starlette(
    routes=[Route("/{path:path}", hello, methods=["GET", "POST"]), WebSocketRoute("/graphql", greet)],
)


def guarded(**options: Any) -> Access:
    return Access(INSIDE, **{"token": None, "hosts": LOOPBACK_HOSTS, "public_paths": PUBLIC_PATHS, **options})


async def answer(app: Access, method: str, path: str, **headers: str) -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost:8000") as client:
        return await client.request(method, path, headers=headers)


async def is_let_in(app: Access, method: str, path: str, **headers: str) -> bool:
    return (await answer(app, method, path, **headers)).text == "hello"


async def denial(app: Access, method: str, path: str, **headers: str) -> tuple[int, str, str]:
    response = await answer(app, method, path, **headers)
    return error(response.status_code, response.json())


async def denied_handshake(app: Access, **options: Any) -> tuple[int, str, str]:
    async with served(app) as address:
        with pytest.raises(InvalidStatus) as refused:
            await connect(f"ws://{address}/graphql", **options)
    return error(refused.value.response.status_code, json.loads(refused.value.response.body or b""))


def error(status: int, body: Any) -> tuple[int, str, str]:
    [only] = body["errors"]
    return status, only["extensions"]["code"], only["message"]


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:8000", "LOCALHOST:1", "127.0.0.1:8000", "[::1]", "[::1]:8000"]
)
async def test_a_loopback_server_answers_to_its_own_names_on_any_port(host: str) -> None:
    assert await is_let_in(guarded(), "GET", "/", host=host)


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("evil.example", "evil.example"),
        ("evil.example:8000", "evil.example"),
        ("localhost.evil.example", "localhost.evil.example"),
        ("127.0.0.1.evil", "127.0.0.1.evil"),
        ("", ""),
    ],
)
async def test_a_rebound_name_is_refused(host: str, name: str) -> None:
    assert await denial(guarded(), "GET", "/", host=host) == (
        403,
        "FORBIDDEN",
        f"This server does not answer to the name {name!r}; allow it in the server's settings.",
    )


async def test_a_rebound_name_opens_no_websocket() -> None:
    assert await denied_handshake(guarded(hosts=["desk.example"])) == (
        403,
        "FORBIDDEN",
        "This server does not answer to the name '127.0.0.1'; allow it in the server's settings.",
    )


async def test_every_name_is_allowed_by_a_star() -> None:
    assert await is_let_in(guarded(hosts=["*"]), "GET", "/", host="desk.example")


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("localhost:8000", "http://localhost:8000"),
        ("desk.example", "https://desk.example"),
        ("desk.example", "https://desk.example:443"),
        ("desk.example:80", "http://desk.example"),
    ],
)
async def test_its_own_pages_may_post(host: str, origin: str) -> None:
    assert await is_let_in(guarded(hosts=["*"]), "POST", "/graphql", host=host, origin=origin)


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "http://localhost:9000", "null", "http://localhost:8000.evil"]
)
async def test_a_page_of_another_origin_may_not_post(origin: str) -> None:
    assert await denial(guarded(), "POST", "/graphql", origin=origin) == (
        403,
        "FORBIDDEN",
        f"A page of {origin!r} may not use this server: only its own pages may.",
    )


@pytest.mark.parametrize("origin", ["http://evil.example", "http://localhost:9000", "null"])
async def test_a_page_of_another_origin_may_not_fetch(origin: str) -> None:
    assert await denial(guarded(), "GET", A_QUERY, origin=origin) == (
        403,
        "FORBIDDEN",
        f"A page of {origin!r} may not use this server: only its own pages may.",
    )


@pytest.mark.parametrize(
    "sent",
    [
        AN_IMAGE,
        {**AN_IMAGE, "sec-fetch-site": "same-site"},
        {**A_VISIT, "sec-fetch-dest": "iframe"},
        A_VISIT,
    ],
)
async def test_another_site_runs_no_query(sent: dict[str, str]) -> None:
    assert await denial(guarded(), "GET", A_QUERY, **sent) == (
        403,
        "FORBIDDEN",
        "A page of another site may not use this server: only its own pages may.",
    )
    assert (await answer(guarded(), "HEAD", A_QUERY, **sent)).status_code == 403


@pytest.mark.parametrize("path", ["/", "/graphql", "/#account=demo"])
async def test_a_link_on_another_site_leads_here(path: str) -> None:
    assert await is_let_in(guarded(), "GET", path, **A_VISIT, **A_PAGE)


@pytest.mark.parametrize("site", ["same-origin", "none"])
async def test_its_own_pages_and_the_address_bar_may_ask(site: str) -> None:
    assert await is_let_in(guarded(), "GET", A_QUERY, **{"sec-fetch-site": site, "sec-fetch-mode": "cors"})


async def test_what_is_public_may_be_asked_for_by_any_page() -> None:
    app = guarded(public_paths=["/healthz"])
    assert await is_let_in(app, "GET", "/healthz", origin="http://status.example")
    assert await is_let_in(app, "GET", "/healthz", **AN_IMAGE)


async def test_a_page_of_another_origin_opens_no_websocket() -> None:
    assert await denied_handshake(guarded(), origin="http://evil.example") == (
        403,
        "FORBIDDEN",
        "A page of 'http://evil.example' may not use this server: only its own pages may.",
    )


async def test_a_program_that_names_no_origin_may_post() -> None:
    assert await is_let_in(guarded(), "POST", "/graphql")


async def test_without_the_token_nothing_is_answered() -> None:
    response = await answer(guarded(token=TOKEN), "POST", "/graphql")
    assert error(response.status_code, response.json()) == (
        401,
        "UNAUTHENTICATED",
        "This server asks for its token: send it as `Authorization: Bearer <token>`.",
    )
    assert response.headers["www-authenticate"] == "Bearer"


async def test_what_is_refused_is_not_stored() -> None:
    unknown, foreign = guarded(token=TOKEN), guarded(hosts=["desk.example"])
    for refused in (await answer(unknown, "POST", "/graphql"), await answer(foreign, "GET", "/")):
        assert refused.headers["cache-control"] == "no-store"


async def test_with_the_token_all_is_answered() -> None:
    assert await is_let_in(guarded(token=TOKEN), "POST", "/graphql", authorization=f"Bearer {TOKEN}")


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/static/app.js", "/"])
async def test_public_paths_need_no_token(path: str) -> None:
    app = guarded(token=TOKEN, public_paths=["/healthz", "/readyz", "/static", "/"])
    assert await is_let_in(app, "GET", path)


@pytest.mark.parametrize("path", ["/graphql", "/healthzz", "/staticky"])
async def test_paths_that_merely_begin_alike_need_the_token(path: str) -> None:
    app = guarded(token=TOKEN, public_paths=["/healthz", "/static", "/"])
    assert (await denial(app, "GET", path))[0] == 401


async def test_the_page_at_the_graphql_path_is_public_but_its_queries_are_not() -> None:
    app = guarded(token=TOKEN, pages=["/graphql"])
    assert await is_let_in(app, "GET", "/graphql", **A_PAGE)
    assert (await answer(app, "HEAD", "/graphql", **A_PAGE)).status_code == 200
    assert (await denial(app, "GET", "/graphql?query={ping}", **A_PAGE))[0] == 401
    assert (await denial(app, "POST", "/graphql", **A_PAGE))[0] == 401
    assert (await denial(app, "GET", "/graphql"))[0] == 401


async def test_a_websocket_is_let_through_to_be_judged_by_its_first_message() -> None:
    async with served(guarded(token=TOKEN)) as address, connect(f"ws://{address}/graphql") as socket_:
        assert await socket_.recv() == "hello"


@pytest.mark.parametrize(
    ("authorization", "authorized"),
    [
        (f"Bearer {TOKEN}", True),
        (f"bearer {TOKEN}", True),
        (TOKEN, False),
        (f"Basic {TOKEN}", False),
        (f"Bearer {TOKEN}x", False),
        ("Bearer ", False),
        ("Bearer wröng", False),
        ("", False),
        (None, False),
    ],
)
def test_only_the_whole_token_authorizes(authorization: str | None, authorized: bool) -> None:
    assert is_authorized(TOKEN, authorization) is authorized
    assert is_authorized(None, authorization) is True


def test_a_listening_socket_drops_clients_that_vanish() -> None:
    [listener] = bound_sockets("127.0.0.1", 0, vanished_after=7.5)
    with listener:
        listener.listen()
        with socket.create_connection(listener.getsockname()), listener.accept()[0] as accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 7_500


async def test_what_is_accepted_is_sent_at_once() -> None:
    accepted: asyncio.Future[socket.socket] = asyncio.get_running_loop().create_future()

    class Accepting(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            accepted.set_result(transport.get_extra_info("socket"))

    [listener] = bound_sockets("127.0.0.1", 0)
    server = await asyncio.get_running_loop().create_server(Accepting, sock=listener)
    async with server:
        with socket.create_connection(listener.getsockname()):
            assert (await accepted).getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1
            server.close()


def test_a_port_that_is_taken_is_an_error_of_the_system() -> None:
    [taken] = bound_sockets("127.0.0.1", 0)
    with taken:
        taken.listen()
        with pytest.raises(OSError, match="Address already in use") as refused:
            bound_sockets("127.0.0.1", taken.getsockname()[1])
    assert refused.value.errno == errno.EADDRINUSE


def test_a_name_with_several_addresses_is_bound_on_each_at_one_port() -> None:
    listeners = bound_sockets("localhost", 0)
    try:
        assert {listener.getsockname()[0] for listener in listeners} <= {"127.0.0.1", "::1"}
        assert len({listener.getsockname()[1] for listener in listeners}) == 1
    finally:
        for listener in listeners:
            listener.close()
