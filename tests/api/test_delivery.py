"""Events are written to a subscriber as they come, as far as it reads; the same frame goes to all who ask the same."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.frames import Frame, Opcode

from api.graphql.execution import sharing
from api.graphql.execution.responses import StreamFailed
from api.graphql.execution.sharing import Renderer, Rendering, Renderings
from api.graphql.execution.sources import LiveSource
from api.graphql.execution.subscriptions import LiveSubscription
from api.graphql.transport.delivery import Delivery
from api.graphql.transport.frames import text_frame
from tests.processes import until

PATIENCE = 10.0


class Event:
    def __init__(self, number: int, *, later: bool = False) -> None:
        self.number = number
        self.later = later
        self.renderings: Renderings = {}


class Ticker(LiveSource[Event]):
    """Events that a test lets come, once its past is over."""

    def __init__(self, *past: Event) -> None:
        self.waiting = deque(past)
        self.is_live = False
        self.receive: Callable[[Event], bool] | None = None

    async def begin(self) -> str:
        return "the beginning"

    def take(self) -> Event | None:
        return self.waiting.popleft() if self.waiting else None

    async def ready(self) -> None:
        self.is_live = True

    def listen(self, receive: Callable[[Event], bool]) -> bool:
        self.receive = receive
        return self.is_live

    async def aclose(self) -> None:
        """Nothing is held."""

    def come(self, *events: Event) -> None:
        for event in events:
            if self.waiting or self.receive is None or not self.receive(event):
                self.waiting.append(event)


class Client:
    """Somebody who is written to, and may stop reading."""

    def __init__(self) -> None:
        self.frames: list[bytes] = []
        self.reading = asyncio.Event()
        self.reading.set()

    @property
    def is_writable(self) -> bool:
        return self.reading.is_set()

    async def until_writable(self) -> None:
        await self.reading.wait()

    def write_frames(self, frames: bytes) -> None:
        self.frames.append(frames)

    @property
    def numbers(self) -> list[int]:
        """What is in the messages that were written."""
        return [message["payload"]["number"] for message in messages(b"".join(self.frames))]


def messages(frames: bytes) -> list[dict[str, Any]]:
    """What is in short frames."""
    texts: list[dict[str, Any]] = []
    while frames:
        length = frames[1]
        texts.append(json.loads(frames[2 : 2 + length]))
        frames = frames[2 + length :]
    return texts


class Renders:
    """Renders events, and counts how often."""

    def __init__(self) -> None:
        self.count = 0
        self.proceed = asyncio.Event()

    def __call__(self, event: Any) -> Any:
        self.count += 1
        if event.number < 0:
            raise ValueError("a fault")
        text = f'{{"number":{event.number}}}'
        return self._later(text) if event.later else text

    async def _later(self, text: str) -> str:
        await self.proceed.wait()
        return text


@asynccontextmanager
async def delivering(
    ticker: Ticker, client: Client, render: Renders, id_: str = "1", patience: float = PATIENCE
) -> AsyncIterator[asyncio.Task[None]]:
    """A delivery that is under way, and has come to the present."""
    subscription = LiveSubscription(Renderer("the same", render), ticker)
    running = asyncio.create_task(Delivery(id_, subscription, client, patience).run())
    await until(lambda: ticker.is_live or running.done())
    try:
        yield running
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_what_has_come_before_is_written_first_and_in_few_writes() -> None:
    ticker, client = Ticker(*map(Event, range(100))), Client()
    async with delivering(ticker, client, Renders()):
        ticker.come(Event(100))
    assert client.numbers == list(range(101))
    assert len(client.frames) == 2


async def test_an_event_is_written_in_the_call_that_offers_it() -> None:
    ticker, client = Ticker(), Client()
    async with delivering(ticker, client, Renders()):
        ticker.come(Event(1))
        assert client.numbers == [1]
        ticker.come(Event(2), Event(3))
        assert client.numbers == [1, 2, 3]


async def test_all_who_ask_the_same_under_the_same_id_are_written_the_same_bytes() -> None:
    tickers, clients, render = [Ticker() for _ in range(3)], [Client() for _ in range(3)], Renders()
    async with (
        delivering(tickers[0], clients[0], render, "1"),
        delivering(tickers[1], clients[1], render, "1"),
        delivering(tickers[2], clients[2], render, "two"),
    ):
        event = Event(7)
        for ticker in tickers:
            ticker.come(event)
    assert render.count == 1
    assert clients[0].frames[0] is clients[1].frames[0]
    assert [message["id"] for client in clients for message in messages(client.frames[0])] == ["1", "1", "two"]
    assert [client.numbers for client in clients] == [[7], [7], [7]]


async def test_for_a_client_that_does_not_read_nothing_is_rendered_until_it_does() -> None:
    ticker, client, render = Ticker(), Client(), Renders()
    async with delivering(ticker, client, render):
        client.reading.clear()
        ticker.come(Event(1))  # what the kernel would still have taken
        ticker.come(*map(Event, range(2, 50)))
        assert (client.numbers, render.count) == ([1], 1)
        client.reading.set()
        await until(lambda: len(client.numbers) == 49)
        ticker.come(Event(50))
    assert client.numbers == list(range(1, 51))


async def test_a_client_that_has_stopped_reading_is_given_up() -> None:
    ticker, client = Ticker(), Client()
    async with delivering(ticker, client, Renders(), patience=0.01) as running:
        client.reading.clear()
        ticker.come(Event(1), Event(2))
        with pytest.raises(TimeoutError):
            await running


async def test_a_response_that_is_to_be_awaited_comes_in_its_place() -> None:
    ticker, client, render = Ticker(), Client(), Renders()
    async with delivering(ticker, client, render):
        ticker.come(Event(1), Event(2, later=True), Event(3))
        assert client.numbers == [1]
        render.proceed.set()
        await until(lambda: len(client.numbers) == 3)
    assert client.numbers == [1, 2, 3]


@pytest.mark.parametrize("past", [True, False], ids=["from before", "that comes"])
async def test_an_event_that_cannot_be_rendered_ends_the_stream(past: bool) -> None:
    ticker, client = Ticker(*([Event(-1)] if past else [])), Client()
    async with delivering(ticker, client, Renders()) as running:
        if not past:
            ticker.come(Event(1), Event(-1), Event(2))
        with pytest.raises(StreamFailed):
            await running
    assert client.numbers == ([] if past else [1])


@pytest.mark.parametrize("length", [0, 1, 125, 126, 65_535, 65_536, 100_000])
def test_a_frame_is_as_websockets_makes_it(length: int) -> None:
    message = b"x" * length
    assert text_frame(message) == Frame(Opcode.TEXT, message).serialize(mask=False)


def test_old_renderings_are_forgotten_and_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "_remembered", sharing._Remembered())
    monkeypatch.setattr(sharing, "_MOST_CHARACTERS", 100)
    render = Renders()
    renderer = Renderer("the same", render)
    first, second = Event(1), Event(2)
    renderer.render(first)
    renderer.render(second)
    assert render.count == 2
    for number in range(3, 12):
        renderer.render(Event(number))
    again = renderer.render(first)
    assert isinstance(again, Rendering)
    assert (again.text, render.count) == ('{"number":1}', 12)
