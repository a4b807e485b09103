"""The client's side of the wire: what it sends, what it makes of answers, and what it does when they do not come."""

import asyncio
import socket
from datetime import UTC, datetime
from decimal import Decimal

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from api.client import DeskClient, DeskError, IngestAnswer, OutcomeOpen, RejectedBar, SignalRefusal
from domain.market.bar import Bar
from tests.service.feed_desk import FeedDesk, LossyTransport

URL = "http://desk.test"
NO_PAUSES = (0.0, 0.0)
A_SIGNAL = {"symbol": "AAPL", "side": "LONG", "timestamp": "2024-01-09T00:00:00Z", "stopLoss": "9", "target1": "13"}


def a_bar(day: int = 8, close: str = "11", symbol: str = "AAPL") -> Bar:
    start, end = datetime(2024, 1, day, tzinfo=UTC), datetime(2024, 1, day + 1, tzinfo=UTC)
    return Bar(symbol, start, end, Decimal(10), Decimal(12), Decimal(9), Decimal(close), Decimal(1000))


def a_server_that_answers(answer: Response) -> httpx.ASGITransport:
    return httpx.ASGITransport(Starlette(routes=[Route("/graphql", lambda _request: answer, methods=["POST"])]))


async def failure(client: DeskClient) -> str:
    with pytest.raises(DeskError) as caught:
        async with client:
            await client.query("{ failing }")
    return str(caught.value)


async def test_bars_travel_as_strings_with_offsets() -> None:
    desk = FeedDesk()
    async with DeskClient(URL, transport=desk.transport()) as client:
        answer = await client.ingest_bars([a_bar(close="11.00000001")])
    assert answer == IngestAnswer(applied=1, duplicate=0, late=0, conflict=0, fills=0, rejected=())
    assert list(desk.bars.values()) == [
        {
            "symbol": "AAPL",
            "start": "2024-01-08T00:00:00+00:00",
            "end": "2024-01-09T00:00:00+00:00",
            "open": "10",
            "high": "12",
            "low": "9",
            "close": "11.00000001",
            "volume": "1000",
        }
    ]


async def test_bars_that_are_not_applied_are_counted_and_named() -> None:
    async with DeskClient(URL, transport=FeedDesk().transport()) as client:
        await client.ingest_bars([a_bar(8), a_bar(9)])
        answer = await client.ingest_bars([a_bar(8), a_bar(9, close="12"), a_bar(7), a_bar(10)])
    assert answer == IngestAnswer(
        applied=1,
        duplicate=1,
        late=1,
        conflict=1,
        fills=0,
        rejected=(RejectedBar(1, "CONFLICT", "CONFLICT", "conflict bar"), RejectedBar(2, "LATE", "LATE", "late bar")),
    )


async def test_a_payload_with_errors_is_a_failure() -> None:
    async with DeskClient(URL, transport=FeedDesk().transport()) as client:
        with pytest.raises(DeskError, match=r"^at most 5000 bars \(INVALID_INPUT\)$"):
            await client.ingest_bars([a_bar()] * 5_001)


async def test_a_signal_without_an_id_gets_one() -> None:
    desk = FeedDesk()
    async with DeskClient(URL, transport=desk.transport()) as client:
        answer = await client.execute_signal(A_SIGNAL)
    assert (answer.status, answer.position_id, answer.replayed, answer.refusals) == (
        "EXECUTED",
        "position-1",
        False,
        (),
    )
    assert len(desk.signals) == 1


async def test_a_refused_signal_is_an_answer() -> None:
    async with DeskClient(URL, transport=FeedDesk(refusal="ACCOUNT_HALTED").transport()) as client:
        answer = await client.execute_signal(A_SIGNAL)
    assert (answer.status, answer.position_id) == ("REJECTED", None)
    assert answer.refusals == (SignalRefusal("ACCOUNT_HALTED", "refused: ACCOUNT_HALTED"),)


async def test_a_batch_whose_answer_was_lost_is_sent_again_and_applied_once() -> None:
    desk = FeedDesk()
    transport = LossyTransport(desk.transport(), unanswered={2})
    async with DeskClient(URL, transport=transport, pauses=NO_PAUSES) as client:
        await client.ingest_bars([a_bar(8)])
        answer = await client.ingest_bars([a_bar(9), a_bar(10)])
    assert (answer.applied, answer.duplicate) == (0, 2)
    assert desk.sent == ["AAPL 2024-01-09", "AAPL 2024-01-10", "AAPL 2024-01-11"]


async def test_a_signal_whose_answer_was_lost_is_sent_again_with_the_same_id() -> None:
    desk = FeedDesk()
    transport = LossyTransport(desk.transport(), unanswered={2, 3})
    async with DeskClient(URL, transport=transport, pauses=NO_PAUSES) as client:
        await client.ingest_bars([a_bar(8)])
        answer = await client.execute_signal(A_SIGNAL)
    assert (answer.replayed, len(desk.signals), transport.requests) == (True, 1, 4)


async def test_a_server_that_stays_away_is_given_up() -> None:
    transport = LossyTransport(FeedDesk().transport(), refused=range(2, 100))
    async with DeskClient(URL, transport=transport, pauses=NO_PAUSES) as client:
        await client.ingest_bars([a_bar(8)])
        with pytest.raises(DeskError) as caught:
            await client.ingest_bars([a_bar(9)])
    assert str(caught.value) == (
        "cannot reach http://desk.test/graphql: All connection attempts failed (tried 3 times)"
    )
    assert transport.requests == 4


async def test_a_server_that_never_answered_is_not_waited_for() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        message = await failure(DeskClient(f"http://127.0.0.1:{port}", pauses=(3600.0,)))
    assert message == f"cannot reach http://127.0.0.1:{port}/graphql: All connection attempts failed"


async def test_a_server_that_is_starting_is_waited_for() -> None:
    desk = FeedDesk()
    transport = LossyTransport(desk.transport(), refused={1, 2})
    async with DeskClient(URL, transport=transport, pauses=NO_PAUSES, starting=True) as client:
        await client.ingest_bars([a_bar()])
    assert desk.sent == ["AAPL 2024-01-09"]


async def test_an_unknown_outcome_is_asked_for_again() -> None:
    unavailable = {"errors": [{"message": "the commit is in doubt", "extensions": {"code": "UNAVAILABLE"}}]}
    transport = LossyTransport(a_server_that_answers(JSONResponse(unavailable)))
    assert await failure(DeskClient(URL, transport=transport, pauses=NO_PAUSES)) == (
        "the commit is in doubt (UNAVAILABLE) (tried 3 times)"
    )
    assert transport.requests == 3


async def test_a_graphql_error_is_one_line() -> None:
    message = await failure(DeskClient(URL, transport=FeedDesk().transport()))
    assert message == "the first line and the second"


async def test_a_graphql_error_shows_its_code() -> None:
    denied = {"errors": [{"message": "not yours", "extensions": {"code": "FORBIDDEN"}}]}
    client = DeskClient(URL, transport=a_server_that_answers(JSONResponse(denied, 403)))
    assert await failure(client) == "not yours (FORBIDDEN)"


async def test_a_server_that_asks_for_its_token_is_told_in_the_words_of_the_command_line() -> None:
    denied = {"errors": [{"message": "send it as a header", "extensions": {"code": "UNAUTHENTICATED"}}]}
    client = DeskClient(URL, transport=a_server_that_answers(JSONResponse(denied, 401)))
    assert await failure(client) == (
        "the server asks for its token: give it with --token, or as PAPERTAPE_TOKEN (UNAUTHENTICATED)"
    )


async def test_an_outcome_that_stays_unknown_is_told_apart_from_a_server_that_was_never_reached() -> None:
    lost = LossyTransport(FeedDesk().transport(), refused={2, 3}, unanswered={1})
    with pytest.raises(OutcomeOpen):
        await DeskClient(URL, transport=lost, pauses=NO_PAUSES, starting=True).ingest_bars([a_bar()])
    away = LossyTransport(FeedDesk().transport(), refused={1, 2, 3})
    with pytest.raises(DeskError) as caught:
        await DeskClient(URL, transport=away, pauses=NO_PAUSES, starting=True).ingest_bars([a_bar()])
    assert not isinstance(caught.value, OutcomeOpen)


async def test_a_password_in_the_url_is_not_shown() -> None:
    transport = LossyTransport(FeedDesk().transport(), refused={1})
    assert await failure(DeskClient("http://me:secret@desk.test", transport=transport)) == (
        "cannot reach http://desk.test/graphql: All connection attempts failed"
    )
    with pytest.raises(DeskError, match=r"not what was given$"):
        DeskClient("me:secret@desk.test")


@pytest.mark.parametrize(
    "answer", [PlainTextResponse("Not Found", 404), JSONResponse(["a list"], 404), JSONResponse({"detail": "?"}, 404)]
)
async def test_an_address_without_a_graphql_server_is_reported(answer: Response) -> None:
    message = await failure(DeskClient(URL, transport=a_server_that_answers(answer)))
    assert message == "http://desk.test/graphql is no GraphQL server: it answered 404"


async def test_a_gateway_without_its_server_is_asked_again() -> None:
    transport = LossyTransport(a_server_that_answers(PlainTextResponse("", 503)))
    client = DeskClient(URL, transport=transport, pauses=NO_PAUSES, starting=True)
    assert await failure(client) == ("http://desk.test/graphql is unavailable: it answered 503 (tried 3 times)")


async def test_the_token_is_sent_to_the_server() -> None:
    desk = FeedDesk()
    async with DeskClient(f"{URL}/graphql", token="ticket", transport=desk.transport()) as client:  # noqa: S106
        await client.ingest_bars([a_bar()])
    assert desk.tokens == ["Bearer ticket"]


@pytest.mark.parametrize("url", ["", "desk.test", "ftp://desk.test", "http://", "/graphql"])
def test_a_malformed_url_is_refused(url: str) -> None:
    with pytest.raises(DeskError, match=r"^the server's URL must be like http://127\.0\.0\.1:8000, not '"):
        DeskClient(url)


async def test_a_client_that_is_stopped_while_it_waits_stops_at_once() -> None:
    transport = LossyTransport(FeedDesk().transport(), refused={1})
    async with DeskClient(URL, transport=transport, pauses=(3600.0,), starting=True) as client:
        sending = asyncio.create_task(client.ingest_bars([a_bar()]))
        await transport.lost.wait()
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
