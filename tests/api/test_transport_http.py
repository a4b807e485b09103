"""GraphQL over HTTP: what is answered, with which status, and what never is."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from structlog.testing import capture_logs

from api.graphql.execution.operations import Operations
from api.graphql.transport.http import GraphQLApp
from api.graphql.transport.limits import TransportLimits
from tests.api.toy import Desk, schema

JSON = "application/json; charset=utf-8"
GRAPHQL_JSON = "application/graphql-response+json; charset=utf-8"
ACCEPT_GRAPHQL = {"accept": "application/graphql-response+json"}
SENDS_JSON = {"content-type": "application/json"}


def page(request: Request) -> HTMLResponse:
    return HTMLResponse("a page for people")


def an_app(desk: Desk | None = None, **sizes: Any) -> GraphQLApp:
    return GraphQLApp(
        Operations(schema),
        context=lambda connection: desk or Desk(),
        ide=page,
        authorize=lambda authorization: True,
        transport=TransportLimits(**sizes),
    )


def client_of(app: GraphQLApp) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(Starlette(routes=app.routes()))
    return httpx.AsyncClient(transport=transport, base_url="http://desk", follow_redirects=False)


async def send(method: str, path: str = "/graphql", **options: Any) -> httpx.Response:
    async with client_of(an_app()) as client:
        return await client.request(method, path, **options)


async def ask(query: str, variables: Any = None, **headers: str) -> httpx.Response:
    return await send("POST", json={"query": query, "variables": variables}, headers=headers)


def refusal(response: httpx.Response) -> tuple[int, str, str]:
    body = response.json()
    assert set(body) == {"errors"}
    [error] = body["errors"]
    return response.status_code, error["extensions"]["code"], error["message"]


async def test_a_query_is_answered() -> None:
    response = await ask("{ ping }")
    assert (response.status_code, response.json()) == (200, {"data": {"ping": "pong"}})
    assert response.headers["content-type"] == JSON


async def test_a_query_may_come_by_get() -> None:
    parameters = {"query": "query ($v: Decimal!) { double(value: $v) }", "variables": '{"v": "1.5"}'}
    response = await send("GET", params=parameters)
    assert (response.status_code, response.json()) == (200, {"data": {"double": "3"}})


async def test_a_mutation_may_not_come_by_get() -> None:
    parameters = {"query": "mutation { write(number: 1) }"}
    response = await send("GET", params=parameters)
    assert refusal(response) == (405, "METHOD_NOT_ALLOWED", "Send mutations with POST.")
    assert (await send("HEAD", params=parameters)).status_code == 405
    assert response.headers["allow"] == "POST"


@pytest.mark.parametrize(
    ("parameters", "accept"),
    [
        ({"query": "{ ping }"}, "*/*"),
        ({"query": "{ ping"}, "application/graphql-response+json"),
        ({"query": "{ ping }"}, "image/*"),
        ({}, "text/html"),
        ({}, "application/json"),
    ],
)
async def test_head_has_the_status_and_headers_of_get(parameters: dict[str, str], accept: str) -> None:
    get = await send("GET", params=parameters, headers={"accept": accept})
    head = await send("HEAD", params=parameters, headers={"accept": accept})
    assert (head.status_code, head.headers) == (get.status_code, get.headers)


async def test_head_begins_no_stream() -> None:
    parameters = {"query": "subscription { count(to: 1) { number } }"}
    response = await send("HEAD", params=parameters, headers={"accept": "text/event-stream"})
    assert (response.status_code, response.text) == (200, "")
    assert response.headers["content-type"] == "text/event-stream; charset=utf-8"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_other_methods_are_refused(method: str) -> None:
    response = await send(method)
    assert refusal(response) == (405, "METHOD_NOT_ALLOWED", "GraphQL is served to GET, HEAD and POST.")
    assert response.headers["allow"] == "GET, HEAD, POST"


async def test_a_browser_gets_the_page_but_its_queries_get_data() -> None:
    assert (await send("GET", headers={"accept": "text/html,*/*"})).text == "a page for people"
    response = await send("GET", "/graphql?query={ping}", headers={"accept": "text/html,*/*"})
    assert response.json() == {"data": {"ping": "pong"}}


@pytest.mark.parametrize(
    ("accept", "answered"),
    [
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        ("application/json", JSON),
        ("application/graphql-response+json", GRAPHQL_JSON),
        ("application/graphql-response+json; charset=utf-8, application/json", GRAPHQL_JSON),
        ("application/graphql-response+json;q=0.5, application/json", JSON),
        ("application/json;q=0.5, */*", GRAPHQL_JSON),
        ("text/event-stream, application/json, multipart/mixed", JSON),
    ],
)
async def test_the_answer_comes_in_the_type_that_was_asked_for(accept: str, answered: str) -> None:
    response = await ask("{ ping }", accept=accept)
    assert (response.headers["content-type"], response.json()) == (answered, {"data": {"ping": "pong"}})


@pytest.mark.parametrize("accept", ["text/plain", "application/json;q=0", "image/*"])
async def test_an_unsupported_type_is_refused(accept: str) -> None:
    assert refusal(await ask("{ ping }", accept=accept)) == (
        406,
        "NOT_ACCEPTABLE",
        "Answers come as application/graphql-response+json, application/json or text/event-stream.",
    )


@pytest.mark.parametrize(
    "sent", ["", "text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin-1"]
)
async def test_a_body_that_is_not_declared_json_is_refused(sent: str) -> None:
    response = await send("POST", content=b'{"query": "{ ping }"}', headers={"content-type": sent})
    assert refusal(response) == (
        415,
        "UNSUPPORTED_MEDIA_TYPE",
        "Send the operation as application/json, in UTF-8.",
    )


@pytest.mark.parametrize("coding", ["gzip", "br", "GZIP"])
async def test_a_compressed_body_is_refused(coding: str) -> None:
    response = await send("POST", content=b"\x1f\x8b", headers={**SENDS_JSON, "content-encoding": coding})
    assert refusal(response) == (
        415,
        "UNSUPPORTED_MEDIA_TYPE",
        "Send the body as it is, without Content-Encoding.",
    )
    assert response.headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("coding", ["", "identity"])
async def test_a_body_may_say_that_it_is_not_compressed(coding: str) -> None:
    response = await send("POST", json={"query": "{ ping }"}, headers={"content-encoding": coding})
    assert response.json() == {"data": {"ping": "pong"}}


async def test_a_byte_order_mark_before_the_body_is_passed_over() -> None:
    response = await send("POST", content=b'\xef\xbb\xbf{"query": "{ ping }"}', headers=SENDS_JSON)
    assert (response.status_code, response.json()) == (200, {"data": {"ping": "pong"}})


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"query": "{ ping }", "variables": {"a": NaN}}',
        b'{"query": "{ ping }", "variables": {"a": "\\ud800"}}',
    ],
)
async def test_a_body_that_is_not_json_is_refused(body: bytes) -> None:
    response = await send("POST", content=body, headers=SENDS_JSON)
    assert refusal(response) == (400, "BAD_REQUEST", "The body is not JSON in UTF-8.")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (None, "The request must be a JSON object with a `query`."),
        (3, "The request must be a JSON object with a `query`."),
        ("x", "The request must be a JSON object with a `query`."),
        ([{"query": "{ ping }"}], "Batches are not supported: send one operation a request."),
        ({}, "`query` must be a string with a GraphQL document."),
        ({"query": 1}, "`query` must be a string with a GraphQL document."),
        ({"query": "{ ping }", "variables": []}, "`variables` must be an object or null."),
        ({"query": "{ ping }", "operationName": 1}, "`operationName` must be a string or null."),
        ({"query": "{ ping }", "extensions": 1}, "`extensions` must be an object or null."),
    ],
)
async def test_a_body_that_is_not_a_request_is_refused(body: Any, message: str) -> None:
    response = await send("POST", content=json.dumps(body), headers=SENDS_JSON)
    assert refusal(response) == (400, "BAD_REQUEST", message)


async def test_variables_that_are_not_json_are_refused() -> None:
    response = await send("GET", params={"query": "{ ping }", "variables": "{"})
    assert refusal(response) == (400, "BAD_REQUEST", "`variables` is not JSON.")


async def test_a_number_of_very_many_digits_is_not_read() -> None:
    message = "has a number of 101 digits, where 100 are read."
    response = await send("GET", params={"query": "{ ping }", "variables": f'{{"n": {"9" * 101}}}'})
    assert refusal(response) == (413, "PAYLOAD_TOO_LARGE", f"`variables` {message}")
    body = f'{{"query": "{{ ping }}", "variables": {{"n": {"9" * 101}}}}}'
    response = await send("POST", content=body, headers=SENDS_JSON)
    assert refusal(response) == (413, "PAYLOAD_TOO_LARGE", f"The body {message}")


@pytest.mark.parametrize("length", [{"content-length": "101"}, {}])
async def test_a_body_that_is_too_long_is_refused_before_more_of_it_is_read(length: dict[str, str]) -> None:
    sent: list[bytes] = []

    async def body() -> AsyncIterator[bytes]:
        for _ in range(100):
            sent.append(b" " * 50)
            yield sent[-1]

    async with client_of(an_app(body_size=100)) as client:
        response = await client.post("/graphql", content=body(), headers={**SENDS_JSON, **length})
    assert refusal(response) == (413, "PAYLOAD_TOO_LARGE", "The body has more than the 100 bytes allowed.")
    assert len(sent) == (0 if length else 3)


async def test_while_much_is_under_way_only_small_bodies_are_taken() -> None:
    finish = asyncio.Event()
    started = asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield b" " * 300
        started.set()
        await finish.wait()
        yield b'{"query": "{ ping }"}'

    async with client_of(an_app(bodies_size=350, small_body_size=100)) as client:
        waiting = asyncio.create_task(client.post("/graphql", content=slow(), headers=SENDS_JSON))
        await started.wait()
        small = await client.post("/graphql", json={"query": "{ ping }" + " " * 60})
        large = await client.post("/graphql", json={"query": "{ ping }" + " " * 100})
        finish.set()
        assert small.json() == (await waiting).json() == {"data": {"ping": "pong"}}
        assert (await client.post("/graphql", json={"query": "{ ping }" + " " * 100})).status_code == 200
    assert refusal(large) == (
        503,
        "UNAVAILABLE",
        "The server is receiving too much at once; send the same again later.",
    )


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "GRAPHQL_PARSE_FAILED"),
        ("{ ping", "GRAPHQL_PARSE_FAILED"),
        ("{ pong }", "GRAPHQL_VALIDATION_FAILED"),
        ("query a { ping } query b { ping }", "OPERATION_RESOLUTION_FAILURE"),
        ("fragment a on Query { ping }", "OPERATION_RESOLUTION_FAILURE"),
        ("{ double(value: 1.5) }", "BAD_USER_INPUT"),
        ('{ time(value: "2024-01-02T14:30:00") }', "BAD_USER_INPUT"),
        ("query ($v: Decimal!) { double(value: $v) }", "BAD_USER_INPUT"),
        ("{ leaves { leaves { leaves { leaves { number } } } } }", "LIMIT_EXCEEDED"),
    ],
)
async def test_what_is_not_executed_has_errors_with_a_code_and_no_data(query: str, code: str) -> None:
    plain, graphql = await ask(query), await ask(query, **ACCEPT_GRAPHQL)
    assert refusal(plain)[:2] == (200, code)
    assert refusal(graphql)[:2] == (400, code)


async def test_the_operation_to_run_is_chosen_by_name() -> None:
    body = {"query": "query a { ping } query b { pong: ping }", "operationName": "b"}
    assert (await send("POST", json=body)).json() == {"data": {"pong": "pong"}}


async def test_a_coded_error_of_a_resolver_reaches_the_client_as_it_is() -> None:
    body = (await ask("{ refused }", **ACCEPT_GRAPHQL)).json()
    assert body == {
        "errors": [
            {
                "message": "That cursor is not ours.",
                "locations": [{"line": 1, "column": 3}],
                "path": ["refused"],
                "extensions": {"code": "BAD_USER_INPUT"},
            }
        ],
        "data": {"refused": None},
    }


@pytest.mark.parametrize(
    ("field", "data"), [("fault", {"fault": None}), ("hardFault", None), ("tooBig", {"tooBig": None})]
)
async def test_a_fault_is_logged_and_masked(field: str, data: Any) -> None:
    with capture_logs() as logs:
        response = await ask(f"{{ {field} }}", **ACCEPT_GRAPHQL)
    assert (response.status_code, response.json()) == (
        200,
        {
            "errors": [
                {
                    "message": "Internal error",
                    "extensions": {"code": "INTERNAL"},
                    "locations": [{"line": 1, "column": 3}],
                    "path": [field],
                }
            ],
            "data": data,
        },
    )
    [entry] = logs
    assert (entry["event"], entry["log_level"], entry["path"]) == ("fault in a resolver", "error", [field])
    assert isinstance(entry["exc_info"], Exception)


async def test_a_subscription_needs_a_stream() -> None:
    assert refusal(await ask("subscription { count(to: 1) { number } }")) == (
        406,
        "NOT_ACCEPTABLE",
        "Subscribe with `Accept: text/event-stream`, or over a WebSocket.",
    )


async def test_the_path_is_served_without_a_redirect() -> None:
    assert (await send("POST", "/graphql", json={"query": "{ ping }"})).status_code == 200


async def test_a_mutation_finishes_though_its_client_disconnects() -> None:
    desk = Desk()
    app = an_app(desk)
    async with client_of(app) as client:
        sending = asyncio.create_task(client.post("/graphql", json={"query": "mutation { write(number: 7) }"}))
        await desk.started.wait()
        sending.cancel()
        with suppress(asyncio.CancelledError):
            await sending
    assert desk.written == []
    desk.proceed.set()
    await app.drain()
    assert desk.written == [7]
