"""Streams: no gaps, no repeats, no waiting for slow readers, and nothing left behind."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from graphql import GraphQLError
from sqlalchemy import event, text

from api.authorization.principal import OPERATOR
from api.codec.cursors import event_cursor
from api.codec.events import Stream
from api.codec.ids import account_id
from api.database_url import database_url as url_of
from api.graphql.context import Context
from api.graphql.errors import StreamClosed
from api.graphql.execution.operations import Operations
from api.graphql.execution.requests import read_request
from api.graphql.execution.sharing import Rendering
from api.graphql.live_events import LiveEvents
from api.persistence import tables
from api.persistence.engines import write_engine
from api.server.running_desk import RunningDesk
from api.streams import hub as hub_module
from api.streams.events import StreamEvent
from api.streams.hub import Hub, Subscriber
from tests.builders import FREE, a_bar, a_limit, a_quote, a_signal
from tests.loop_engine import LoopEngine
from tests.processes import until
from tests.service.desks import PATIENCE_SECONDS, Trader, desk_on, rows, verified

STREAMS = (Stream.POSITION, Stream.TRADE, Stream.SIGNAL)


async def soon(event: Any) -> Any:
    return await asyncio.wait_for(event, PATIENCE_SECONDS)


def hub_of(desk: RunningDesk) -> Hub:
    return desk.services.streams._hub


async def cursor_now(desk: RunningDesk, account: str = "default") -> str:
    async with desk.services.reader.snapshot(OPERATOR) as snapshot:
        view = await snapshot.account(account)
    assert view is not None
    return event_cursor(view.account.id, view.account.seq)


async def trading(desk: RunningDesk, account: str = "default", **settings: Any) -> Trader:
    """An account, and AAPL and MSFT at 100."""
    trader = Trader(desk.services.dispatcher.writer, account)
    await trader.enable(**{**FREE, **settings})
    await trader.bars(a_bar("09:00"), a_bar("09:00", symbol="MSFT"))
    return trader


def followed(
    desk: RunningDesk, after: str | None, stream: Stream, symbols: list[str] | None = None
) -> LiveEvents[StreamEvent]:
    """The default account's events, as they come."""
    return Context(desk.services, OPERATOR).follow("default", after, stream, lambda event, _: event, symbols)


def all_taken(subscriber: Subscriber) -> list[StreamEvent]:
    """What waits for a subscriber, which it takes."""
    events = []
    while (event := subscriber.take()) is not None:
        events.append(event)
    return events


async def taken(
    desk: RunningDesk, count: int, after: str | None, stream: Stream = Stream.POSITION, symbols: list[str] | None = None
) -> list[StreamEvent]:
    """The next events of the default account."""
    received: list[StreamEvent] = []
    async with aclosing(followed(desk, after, stream, symbols)) as events:
        while len(received) < count:
            received.append(await soon(anext(events)))
    return received


def kind_and_price(event: StreamEvent) -> tuple[str, str]:
    """The kind of an event, and its last price."""
    return event.event.kind.value, format(event.event.mark.price.normalize(), "f")  # type: ignore[union-attr]


# Every event once


async def read_with_cuts(
    desk: RunningDesk, stream: Stream, after: str, is_last: Callable[[StreamEvent], bool]
) -> list[int]:
    """The seqs of a stream as a client sees them that is cut off at random and resumes by its last cursor."""
    random = Random(stream.value)
    seqs: list[int] = []
    while True:
        left = random.choice([1, 2, 7, 40, 300, 2_000])
        async with aclosing(followed(desk, after, stream)) as events:
            async for event in events:
                if event.is_mark:
                    continue
                seqs.append(event.seq)
                after = event.cursor
                if is_last(event):
                    return seqs
                left -= 1
                if left == 0:
                    break


async def test_a_client_cut_off_at_random_sees_each_of_5000_events_once_and_in_order(database_url: str) -> None:
    """Three streams together hold every event after the account's opening; a second reader of one sees the same."""
    async with desk_on(database_url) as desk:
        trader = await trading(desk)
        after, last = await cursor_now(desk), 5_002 - 3 * 50

        def is_last(event: StreamEvent) -> bool:
            closed = event.stream is not Stream.POSITION or event.event.kind.value == "CLOSED"  # type: ignore[union-attr]
            return event.subject == trader.key(last) and closed

        streams = (*STREAMS, Stream.SIGNAL)
        readers = [asyncio.create_task(read_with_cuts(desk, stream, after, is_last)) for stream in streams]
        await send_signals(trader, last)
        sequences = await soon(asyncio.gather(*readers))
        entries = await rows(LoopEngine(desk.services.reader._database._engine), tables.journal)
        assert len(entries) == 5_000
        for stream, seqs in zip(streams, sequences, strict=True):
            assert seqs == [entry["seq"] for entry in entries if entry["stream"] == stream.value]
        assert sorted(seq for seqs in sequences[:3] for seq in seqs) == list(range(2, len(entries) + 1))
        assert len(hub_of(desk)) == 0
    await verified(database_url)


async def send_signals(trader: Trader, last: int) -> None:
    """Signals up to a number: of a hundred, one is a round trip, and the others are refused; the last is one too."""
    for start in range(1, last, 100):
        numbers = range(start, min(start + 99, last))
        await asyncio.gather(*(trader.send(a_signal(stop="120"), number) for number in numbers))
        await round_trip(trader, min(start + 99, last))


async def round_trip(trader: Trader, number: int) -> None:
    await trader.send(a_signal(quantity="1"), number)
    await trader.close(number)


async def test_a_subscription_begins_where_a_query_ended_without_gap_or_repeat(database_url: str) -> None:
    async with desk_on(database_url) as desk:
        trader = await trading(desk)
        await round_trip(trader, 1)
        after = await cursor_now(desk)
        await round_trip(trader, 2)
        first, second = await taken(desk, 2, after)
        assert [kind_and_price(one) for one in (first, second)] == [("OPENED", "100"), ("CLOSED", "100")]
        assert {first.subject, second.subject} == {trader.key(2)}
        assert [event.seq for event in await taken(desk, 1, first.cursor)] == [second.seq]


async def test_without_a_cursor_a_subscription_begins_now(sqlite_url: str) -> None:
    async with desk_on(sqlite_url) as desk:
        trader = await trading(desk)
        await round_trip(trader, 1)
        async with aclosing(followed(desk, None, Stream.TRADE)) as events:
            coming = asyncio.ensure_future(anext(events))
            await joined(desk, 1)
            await round_trip(trader, 2)
            assert (await soon(coming)).subject == trader.key(2)


async def joined(desk: RunningDesk, count: int) -> None:
    """Until so many subscribers listen."""
    await until(lambda: len(hub_of(desk)) == count)


async def test_a_cursor_that_is_not_of_this_account_or_from_its_future_is_refused(sqlite_url: str) -> None:
    async with desk_on(sqlite_url) as desk:
        await trading(desk)
        await Trader(desk.services.dispatcher.writer, "second").enable()
        ahead = event_cursor(account_id("default"), 2)
        refused = {
            "nonsense": "`after` is not a cursor of this desk: take it from an event, or from account.cursor",
            event_cursor(account_id("second"), 1): "`after` is a cursor of another account",
            ahead: "`after` lies ahead of the journal: it is not a cursor of this desk",
        }
        for cursor, why in refused.items():
            with pytest.raises(GraphQLError) as refusal:
                await taken(desk, 1, cursor)
            assert (str(refusal.value), refusal.value.extensions) == (why, {"code": "BAD_USER_INPUT"})
        assert len(hub_of(desk)) == 0


# EquityWatermarks


async def test_marks_follow_each_bar_and_carry_the_cursor_of_the_last_event_they_include(database_url: str) -> None:
    async with desk_on(database_url) as desk:
        trader = await trading(desk)
        await trader.send(a_signal(quantity="1"), 1)
        await trader.send(a_signal(stop="120"), 2)
        await tail_caught_up(desk)
        async with aclosing(followed(desk, await cursor_now(desk), Stream.POSITION)) as events:
            for start, close in (("09:30", "101"), ("10:00", "102"), ("10:30", "103")):
                coming = asyncio.ensure_future(anext(events))
                await joined(desk, 1)
                await trader.bars(a_bar(start, close=close))
                mark = await soon(coming)
                assert (kind_and_price(mark), mark.seq) == (("UPDATED", close), 4)
            coming = asyncio.ensure_future(anext(events))
            await trader.quotes(a_quote("11:00", "103.5"))
            assert kind_and_price(await soon(coming)) == ("UPDATED", "103.5")
            coming = asyncio.ensure_future(anext(events))
            await trader.bars(a_bar("11:00", high="111"))
            assert kind_and_price(await soon(coming))[0] == "CLOSED"


async def test_a_slow_reader_gets_every_journal_event_and_of_marks_the_newest(database_url: str) -> None:
    async with desk_on(database_url) as desk:
        trader = await trading(desk)
        for number, symbol in ((1, "AAPL"), (2, "MSFT")):
            await trader.send(a_signal(quantity="2", target="104", target2="110", symbol=symbol), number)
        await tail_caught_up(desk)
        async with aclosing(followed(desk, None, Stream.POSITION)) as events:
            first = asyncio.ensure_future(anext(events))
            await joined(desk, 1)
            await trader.bars(a_bar("09:30", close="101"), a_bar("09:30", close="99", symbol="MSFT"))
            seen = [await soon(first)]
            for start, close in (("10:00", "101.5"), ("10:30", "105"), ("11:00", "106"), ("11:30", "107")):
                await trader.bars(a_bar(start, close=close), a_bar(start, close="98", symbol="MSFT"))
            await tail_caught_up(desk)
            seen += [await soon(anext(events)) for _ in range(3)]
        assert [(kind_and_price(event), event.symbol) for event in seen] == [
            (("UPDATED", "101"), "AAPL"),
            (("REDUCED", "100"), "AAPL"),
            (("UPDATED", "98"), "MSFT"),
            (("UPDATED", "107"), "AAPL"),
        ]


async def tail_caught_up(desk: RunningDesk) -> None:
    """Wait until the tail has delivered all that is durable."""
    tail = desk.services.streams._tail
    (row,) = await rows(LoopEngine(desk.services.reader._database._engine), tables.desk)
    await until(lambda: tail._markets_at >= row["ordinal"])


async def test_only_the_symbols_asked_for(sqlite_url: str) -> None:
    async with desk_on(sqlite_url) as desk:
        trader = await trading(desk)
        after = await cursor_now(desk)
        await trader.send(a_signal(quantity="1"), 1)
        await trader.send(a_signal(quantity="1", symbol="MSFT"), 2)
        await tail_caught_up(desk)
        async with aclosing(followed(desk, after, Stream.POSITION, ["MSFT"])) as events:
            assert (await soon(anext(events))).symbol == "MSFT"
            coming = asyncio.ensure_future(anext(events))
            await joined(desk, 1)
            await trader.bars(a_bar("09:30", close="101"), a_bar("09:30", close="102", symbol="MSFT"))
            assert kind_and_price(await soon(coming)) == ("UPDATED", "102")


async def positions_streamed(desk: RunningDesk, prices: list[str]) -> dict[int, list[StreamEvent]]:
    """The marks that the tail delivers to a subscriber of two positions, bar by bar."""
    trader = await trading(desk)
    await trader.send(a_signal(quantity="1"), 1)
    await trader.send(a_signal(quantity="1", symbol="MSFT"), 2)
    await tail_caught_up(desk)
    positions: dict[int, list[StreamEvent]] = {}
    everything = Subscriber(account_id("default"), Stream.POSITION, None)
    hub_of(desk).join(everything)
    for index, price in enumerate(prices):
        start = f"{10 + index // 2}:{30 * (index % 2):02}"
        await trader.bars(a_bar(start, close=price), a_bar(start, close=price, symbol="MSFT"))
        await tail_caught_up(desk)
        positions[index] = all_taken(everything)
    return positions


async def test_a_reader_slower_than_the_market_still_sees_every_position(sqlite_url: str) -> None:
    """It takes one mark for each two that come; each position is seen every other time."""
    async with desk_on(sqlite_url) as desk:
        marks = await positions_streamed(desk, ["100.1", "100.2", "100.3", "100.4"])
    reader = Subscriber(account_id("default"), Stream.POSITION, None)
    seen: list[tuple[str | None, str]] = []
    for bar in marks.values():
        for mark in bar:
            reader.offer(mark)
        taken = reader.take()
        assert taken is not None
        seen.append((taken.symbol, kind_and_price(taken)[1]))
    assert seen == [("AAPL", "100.1"), ("MSFT", "100.2"), ("AAPL", "100.3"), ("MSFT", "100.4")]


async def test_a_journal_event_takes_the_place_of_a_mark_from_before_it(sqlite_url: str) -> None:
    async with desk_on(sqlite_url) as desk:
        after = (await positions_streamed(desk, ["100.1"]))[0]
        closed = Trader(desk.services.dispatcher.writer)
        cursor = await cursor_now(desk)
        await closed.close(1)
        (journaled,) = await taken(desk, 1, cursor)
    reader = Subscriber(account_id("default"), Stream.POSITION, None)
    for stream_event in (*after, journaled):
        reader.offer(stream_event)
    first, second = all_taken(reader)
    assert [kind_and_price(first)[0], second.symbol] == ["CLOSED", "MSFT"]


async def test_a_stream_of_positions_begins_with_the_marks_that_the_journal_does_not_hold(database_url: str) -> None:
    """None falls between a client's query and its subscription, nor while a server is away."""
    for prices in (["100.1"], []):
        async with desk_on(database_url) as desk:
            if prices:
                await positions_streamed(desk, prices)
            marks = await taken(desk, 2, await cursor_now(desk))
            assert [kind_and_price(event) for event in marks] == [("UPDATED", "100.1")] * 2
            assert {event.symbol for event in marks} == {"AAPL", "MSFT"}
            (only,) = await taken(desk, 1, await cursor_now(desk), symbols=["MSFT"])
            assert only.symbol == "MSFT"


async def test_events_for_very_many_leave_others_their_turns_and_come_to_each_in_order(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk_on(sqlite_url) as desk:
        marks = await positions_streamed(desk, ["100.1", "100.2"])
    events = [mark for bar in marks.values() for mark in bar]
    monkeypatch.setattr(hub_module, "_AT_ONCE", 10)
    hub, received = Hub(), [list[StreamEvent]() for _ in range(25)]

    def join(taken: list[StreamEvent]) -> None:
        def receive(stream_event: StreamEvent) -> bool:
            taken.append(stream_event)
            return True

        subscriber = Subscriber(account_id("default"), Stream.POSITION, None)
        subscriber.receive = receive
        hub.join(subscriber)

    for taken in received:
        join(taken)
    for stream_event in events:
        hub.offer(stream_event)
    late: list[StreamEvent] = []
    join(late)
    turns: list[int] = []
    while not turns or turns[-1] < 25 * len(events):
        turns.append(sum(map(len, received)))
        await asyncio.sleep(0)
    assert turns == list(range(10, 25 * len(events) + 1, 10))
    assert (received, late) == ([events] * 25, [])


async def test_all_who_begin_while_nothing_happens_begin_with_the_same_marks(sqlite_url: str) -> None:
    async with desk_on(sqlite_url) as desk:
        await positions_streamed(desk, ["100.1"])
        cursor = await cursor_now(desk)
        one, other = await taken(desk, 2, cursor), await taken(desk, 2, cursor)
        assert all(mark is same for mark, same in zip(one, other, strict=True))
        await Trader(desk.services.dispatcher.writer).close(1)
        await tail_caught_up(desk)
        (left,) = await taken(desk, 1, await cursor_now(desk))
        assert (left.symbol, left.seq > one[0].seq) == ("MSFT", True)


async def test_a_later_subscriber_gets_what_a_bar_did_and_its_last_price(database_url: str) -> None:
    async with desk_on(database_url) as desk:
        trader = await trading(desk)
        await trader.send(a_signal(quantity="2", target="104", target2="110"), 1)
        cursor = await cursor_now(desk)
        await trader.bars(a_bar("09:30", high="105", close="103"))
        await tail_caught_up(desk)
        assert [kind_and_price(event) for event in await taken(desk, 2, cursor)] == [
            ("REDUCED", "100"),
            ("UPDATED", "103"),
        ]
        for price in ("102", "102.5"):
            await trader.quotes(a_quote("11:00", price))
        await tail_caught_up(desk)
        assert [kind_and_price(event) for event in await taken(desk, 1, await cursor_now(desk))] == [
            ("UPDATED", "102.5")
        ]


async def test_a_mark_older_than_what_the_client_has_read_is_not_sent(sqlite_url: str) -> None:
    """The tail may lag behind the query whose cursor a client continues from."""
    async with desk_on(sqlite_url) as desk:
        (marks,) = (await positions_streamed(desk, ["100.1"])).values()
        trader = Trader(desk.services.dispatcher.writer)
        await trader.send(a_signal(quantity="1"), 3)
        await tail_caught_up(desk)
        async with aclosing(followed(desk, await cursor_now(desk), Stream.POSITION)) as events:
            current = [await soon(anext(events)) for _ in marks]
            assert [event.seq - mark.seq for event, mark in zip(current, marks, strict=True)] == [2, 2]
            coming = asyncio.ensure_future(anext(events))
            for mark in marks:
                hub_of(desk).offer(mark)
            await trader.close(3)
            assert kind_and_price(await soon(coming))[0] == "CLOSED"


async def test_a_reader_too_far_behind_is_closed_as_a_slow_consumer_and_resumes(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_module, "_LONGEST_QUEUE", 20)
    async with desk_on(sqlite_url) as desk:
        trader = await trading(desk)
        async with aclosing(followed(desk, None, Stream.SIGNAL)) as events:
            first = asyncio.ensure_future(anext(events))
            await joined(desk, 1)
            await trader.send(a_signal(stop="120"), 1)
            have = await soon(first)
            await asyncio.gather(*(trader.send(a_signal(stop="120"), number) for number in range(2, 40)))
            await tail_caught_up(desk)
            with pytest.raises(StreamClosed, match="resume from your last cursor") as closed:
                await soon(anext(events))
        assert closed.value.extensions == {"code": "SLOW_CONSUMER"}
        assert len(hub_of(desk)) == 0
        rest = await taken(desk, 38, have.cursor, Stream.SIGNAL)
        assert [event.seq for event in rest] == list(range(3, 41))


# Losing the database, losing the broadcaster, other processes


async def test_the_tail_outlives_a_database_that_fails(database_url: str) -> None:
    async with desk_on(database_url) as desk:
        trader = await trading(desk)
        failed = asyncio.Event()
        event.listen(desk.services.streams._tail._database._engine, "handle_error", lambda _: failed.set())
        engine = LoopEngine(write_engine(url_of(database_url)))
        async with aclosing(followed(desk, None, Stream.SIGNAL)) as events:
            coming = asyncio.ensure_future(anext(events))
            await joined(desk, 1)
            await execute(engine, "ALTER TABLE desk RENAME TO away")
            await soon(failed.wait())
            assert desk.services.streams._tail.is_alive
            await execute(engine, "ALTER TABLE away RENAME TO desk")
            await trader.send(a_signal(stop="120"), 1)
            assert (await soon(coming)).subject == trader.key(1)
        await engine.dispose()


async def execute(engine: LoopEngine, statement: str) -> None:
    async with engine.begin() as connection:
        await connection.execute(text(statement))


async def test_another_process_is_followed_by_polling_where_nothing_wakes(postgres_url: str) -> None:
    async with desk_on(postgres_url) as mine, desk_on(postgres_url, broadcast_url="redis://127.0.0.1:1") as other:
        trader = await trading(mine)
        theirs = Trader(other.services.dispatcher.writer)
        after = await cursor_now(mine)
        for desk, writing in ((mine, theirs), (other, trader)):
            async with aclosing(followed(desk, after, Stream.SIGNAL)) as events:
                coming = asyncio.ensure_future(anext(events))
                await joined(desk, 1)
                number = 1 if desk is mine else 2
                await writing.send(a_limit("95", stop="90"), number)
                have = await soon(coming)
                assert have.subject == trader.key(number)
                after = have.cursor
        await trader.bars(a_bar("09:30", open="95"))
        opened = await taken(other, 2, after, Stream.POSITION)
        assert [kind_and_price(event) for event in opened] == [("OPENED", "95"), ("OPENED", "95")]
        assert [event.cursor for event in opened] == [event.cursor for event in await taken(mine, 2, after)]
    await verified(postgres_url)


# What is shared, and what is left


SUBSCRIPTION = """subscription($after: String) {
  signalEvents(after: $after) { cursor signal { signalId symbol status error { code } } }
}"""


async def test_two_hundred_subscribers_of_an_account_share_one_execution_of_each_event(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    executed: list[str] = []
    begin = Rendering.__init__

    def counted(rendering: Rendering, text: str) -> None:
        executed.append(text)
        begin(rendering, text)

    monkeypatch.setattr(Rendering, "__init__", counted)
    async with desk_on(sqlite_url) as desk:
        trader = await trading(desk)
        operations: Operations = desk.graphql._operations
        after = await cursor_now(desk)
        request = read_request({"query": SUBSCRIPTION, "variables": {"after": after}})
        sources = [
            await operations.subscribe(operations.prepare(request), Context(desk.services, OPERATOR))
            for _ in range(200)
        ]
        coming = [asyncio.ensure_future(anext(source)) for source in sources]
        await joined(desk, 200)
        await trader.send(a_signal(stop="120"), 1)
        texts = await soon(asyncio.gather(*coming))
        assert len(set(texts)) == 1
        assert '"status":"REJECTED"' in texts[0]
        assert len(executed) == 1
        for source in sources:
            await source.aclose()
        assert len(hub_of(desk)) == 0


async def test_a_subscription_that_is_left_in_the_middle_of_an_event_is_gone_at_once(sqlite_url: str) -> None:
    async with desk_on(sqlite_url) as desk:
        trader = await trading(desk)
        operations: Operations = desk.graphql._operations
        request = read_request({"query": SUBSCRIPTION})
        source = await operations.subscribe(operations.prepare(request), Context(desk.services, OPERATOR))
        coming = asyncio.ensure_future(anext(source))
        await joined(desk, 1)
        await trader.send(a_signal(stop="120"), 1)
        await soon(coming)
        assert len(hub_of(desk)) == 1
        await source.aclose()
        assert len(hub_of(desk)) == 0


async def test_events_are_in_the_order_of_the_journal_whatever_their_stream(sqlite_url: str) -> None:
    async with desk_on(sqlite_url) as desk:
        trader = await trading(desk)
        after = await cursor_now(desk)
        await round_trip(trader, 1)
        cursors = [
            event.cursor
            for stream, count in ((Stream.SIGNAL, 1), (Stream.POSITION, 2), (Stream.TRADE, 1))
            for event in await taken(desk, count, after, stream)
        ]
        assert all(len(left) == len(right) for left, right in pairwise(cursors))
        assert sorted(cursors) == sorted(cursors, key=lambda cursor: int(cursor[17:33], 16))
        assert min(cursors) > after
