"""The writer: groups, durability, faults, and commands whose clients have disconnected."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import OperationalError

import api.application.command_group
import api.persistence.plain_transaction
import api.persistence.set_insertion
from api.codec.commands import CommandKind
from api.codec.ids import account_id
from api.errors import Unavailable
from api.persistence import tables
from domain.engine.commands import ClosePosition, Command, Enable, ExecuteSignal, Ingest, Reset, Times, UpdateSettings
from domain.engine.decide.dispatch import decide
from domain.engine.results import CommandResult, Decision
from domain.engine.state import Desk
from domain.validation import Invalid
from tests.builders import FREE, WALL, D, a_bar, a_limit, a_signal, signal_id
from tests.loop_engine import LoopEngine
from tests.service.desks import (
    RunningWriter,
    Trader,
    codes,
    counting_commits,
    record,
    rows,
    running_writer,
    sent_of,
    verified,
)

pytestmark = pytest.mark.usefixtures("quiet")

PATIENCE_SECONDS = 30
A_BAD_SIGNAL = a_signal(stop="120")
"""One whose stop is on the wrong side: it is refused, and that is stored."""


@asynccontextmanager
async def trading(url: str) -> AsyncIterator[tuple[RunningWriter, Trader]]:
    """A writer with an account and a price: AAPL at 100, known at 09:30."""
    async with running_writer(url) as desk:
        trader = desk.trader()
        await trader.enable(**FREE)
        await trader.bars(a_bar("09:00"))
        yield desk, trader


async def signals_kept(engine: LoopEngine) -> list[int]:
    return sorted(row["signal_id"].int for row in await rows(engine, tables.signals))


async def together(trader: Trader, *numbers: int, bad: int | None = None) -> list[CommandResult]:
    """Signals of one share that are sent at once; one of them may be of a symbol that cannot be stored."""
    symbols = {number: "BAD" if number == bad else "AAPL" for number in numbers}
    commands = [trader.signal(a_signal(quantity="1", symbol=symbol), number) for number, symbol in symbols.items()]
    sent = [(CommandKind.EXECUTE_SIGNAL, command, sent_of(command)) for command in commands]
    payloads = await trader.writer.execute_together(sent)
    return [payload.result for payload in payloads]


# Groups


async def test_what_comes_at_once_is_committed_once(database_url: str) -> None:
    async with trading(database_url) as (desk, trader):
        commits = counting_commits(desk.engine)
        answers = await asyncio.gather(*(trader.send(a_signal(quantity="1"), n) for n in range(1, 41)))
        assert codes(answers) == [None] * 40
        assert commits.count == 1
        assert await signals_kept(desk.engine) == list(range(1, 41))
    await verified(database_url)


async def test_a_group_has_a_largest_size(sqlite_url: str) -> None:
    async with trading(sqlite_url) as (desk, trader):
        commits = counting_commits(desk.engine)
        await asyncio.gather(*(trader.send(A_BAD_SIGNAL, n) for n in range(1, 451)))
        assert commits.count == 3


async def test_commands_that_come_together_are_committed_together_however_many(database_url: str) -> None:
    async with trading(database_url) as (desk, trader):
        commits = counting_commits(desk.engine)
        alone = [trader.send(a_signal(quantity="1"), number) for number in range(1, 151)]
        others, answers = await asyncio.gather(asyncio.gather(*alone), together(trader, *range(151, 551)))
        assert codes([*others, *answers]) == [None] * 550
        assert commits.count == 1
        assert await signals_kept(desk.engine) == list(range(1, 551))
    await verified(database_url)


async def test_an_answer_comes_after_its_events_are_durable(database_url: str) -> None:
    async with trading(database_url) as (desk, trader):
        commits = counting_commits(desk.engine)
        answered_at: list[int] = []

        async def send(number: int) -> None:
            await trader.send(a_signal(quantity="1"), number)
            answered_at.append(commits.count)

        await asyncio.gather(*(send(number) for number in range(1, 6)))
        assert answered_at == [1, 1, 1, 1, 1]


async def test_a_refusal_leaves_the_others_of_its_group_alone(database_url: str) -> None:
    async with trading(database_url) as (desk, trader):
        commits = counting_commits(desk.engine)
        answers = await asyncio.gather(
            trader.send(a_signal(quantity="10"), 1),
            trader.send(A_BAD_SIGNAL, 2),
            trader.send(a_signal(quantity="10"), 1),
            trader.send(a_signal(quantity="11"), 1),
            Trader(desk.writer, "nobody").send(a_signal(), 1),
            trader.send(a_signal(quantity="10"), 3),
        )
        assert codes(answers) == [
            None,
            "INVALID_LEVELS",
            None,
            "IDEMPOTENCY_CONFLICT",
            "ACCOUNT_NOT_FOUND",
            None,
        ]
        assert [answer.replayed for answer in answers] == [False, False, True, False, False, False]
        assert commits.count == 1
        assert await signals_kept(desk.engine) == [1, 2, 3]
    await verified(database_url)


async def test_an_answer_shows_what_stood_right_after_its_command_whatever_else_its_group_did(
    database_url: str,
) -> None:
    async with trading(database_url) as (desk, trader):
        commits = counting_commits(desk.engine)
        sent, closed, again, ended, started = await asyncio.gather(
            trader.payload(trader.signal(a_signal(quantity="10"), 1)),
            trader.payload(ClosePosition("default", trader.key(1))),
            trader.payload(trader.signal(a_signal(quantity="10"), 1)),
            trader.payload(Reset("default")),
            trader.payload(Reset("default", session=1)),
        )
        assert commits.count == 1
        statuses = [answer.signal.position.position.status.value for answer in (sent, again)]  # type: ignore[union-attr]
        assert statuses == ["OPEN", "CLOSED"]
        assert closed.position.trade == again.signal.position.trade  # type: ignore[union-attr]
        assert sent.signal.position.trade is None  # type: ignore[union-attr]
        assert again.result.replayed
        assert ended.account.account.session.number == 2  # type: ignore[union-attr]
        assert ended.ended_session == started.ended_session
        assert started.ended_session.totals.trades == 1  # type: ignore[union-attr]
    await verified(database_url)


async def test_a_command_without_effect_is_neither_written_nor_announced(sqlite_url: str) -> None:
    async with trading(sqlite_url) as (desk, trader):
        await trader.send(a_signal(), 1)
        before, announced = await record(desk.engine), list(desk.announced)
        assert (await trader.send(a_signal(), 1)).replayed
        assert (await trader.bars(a_bar("09:00"))).ingested.duplicate == 1  # type: ignore[union-attr]
        assert (await record(desk.engine), desk.announced) == (before, announced)
        assert announced == sorted(set(announced))


# Commands with an id


async def test_a_command_with_an_id_is_done_once_and_remembered_after_a_restart(database_url: str) -> None:
    async with trading(database_url) as (_, trader):
        await trader.send(a_signal(quantity="1"), 1)
        await trader.send(a_limit("90", stop="80"), 2)
        first = [
            await trader.close(1, once=11),
            await trader.cancel(2, once=12),
            await trader.close(1, once=13),
            await trader.change(once=14, leverage=D(3)),
            await trader.resume(once=15),
            await trader.reset(once=16),
        ]
        assert codes(first) == [None, None, "POSITION_NOT_OPEN", None, None, None]
    async with running_writer(database_url) as desk:
        before, trader = await record(desk.engine), desk.trader()
        again = await asyncio.gather(
            trader.close(1, once=11),
            trader.cancel(2, once=12),
            trader.close(1, once=13),
            trader.change(once=14, leverage=D(3)),
            trader.resume(once=15),
            trader.reset(once=16),
        )
        assert [answer.refusal for answer in again] == [answer.refusal for answer in first]
        assert all(answer.replayed for answer in again)
        assert again[-1].ended_session == 1
        assert (await record(desk.engine), desk.announced) == (before, [])
        others = await asyncio.gather(trader.resume(once=1), trader.send(a_signal(), 15), trader.cancel(1, once=12))
        assert codes(others) == ["IDEMPOTENCY_CONFLICT"] * 3
    await verified(database_url)


async def test_of_concurrent_duplicates_one_is_done_and_the_others_are_replayed(postgres_url: str) -> None:
    """In one group, and between two processes."""
    async with trading(postgres_url) as (desk, mine), running_writer(postgres_url) as other:
        theirs = other.trader()
        answers = await asyncio.gather(*(answer.reset(once=7) for answer in (mine, theirs, mine, theirs, mine)))
        assert [answer.ended_session for answer in answers] == [1] * 5
        assert sorted(answer.replayed for answer in answers) == [False, True, True, True, True]
        assert [row["number"] for row in await rows(desk.engine, tables.sessions)] == [1, 2]
    await verified(postgres_url)


async def test_a_replay_shows_what_its_command_named_as_it_now_stands(database_url: str) -> None:
    async with trading(database_url) as (_, trader):
        await trader.send(a_signal(quantity="1"), 1)
        await trader.change(once=14, leverage=D(3))
        await trader.close(1, once=11)
        await trader.reset(once=16)
        await trader.change(leverage=D(4))
    async with running_writer(database_url) as desk:
        trader = desk.trader()
        closed = await trader.payload(ClosePosition("default", trader.key(1), command_id=trader.once(11)))
        assert closed.position.trade.realized_pnl == 0  # type: ignore[union-attr]
        ended = await trader.payload(Reset("default", command_id=trader.once(16)))
        assert ended.ended_session.totals.trades == 1  # type: ignore[union-attr]
        changed = await trader.payload(UpdateSettings("default", {"leverage": D(3)}, trader.once(14)))
        assert changed.account.account.settings.leverage == 4  # type: ignore[union-attr]


async def test_a_refusal_that_is_remembered_does_nothing_else(database_url: str) -> None:
    async with trading(database_url) as (desk, trader):
        before = await record(desk.engine)
        assert codes([await trader.close(1, once=7)]) == ["POSITION_NOT_FOUND"]
        after = await record(desk.engine)
        changed = {name for name in before if after[name] != before[name]}
        assert changed == {"commands", "desk"}
        assert len(after["commands"]) == len(before["commands"]) + 1
    await verified(database_url)


# Decisions that raise


def faulty(desk: Desk, command: Command, times: Times) -> Decision:
    if isinstance(command, ExecuteSignal) and command.signal_id.int == 2:
        raise ZeroDivisionError("a fault of ours")
    return decide(desk, command, times)


async def test_a_decision_that_raises_adds_nothing_and_the_group_goes_on(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api.application.command_group, "decide", faulty)
    async with trading(database_url) as (desk, trader):
        commits = counting_commits(desk.engine)
        first, second, third = await asyncio.gather(
            *(trader.send(a_signal(quantity="1"), number) for number in (1, 2, 3)), return_exceptions=True
        )
        assert isinstance(first, CommandResult)
        assert isinstance(second, ZeroDivisionError)
        assert isinstance(third, CommandResult)
        assert commits.count == 1
        assert await signals_kept(desk.engine) == [1, 3]
        monkeypatch.undo()
        assert (await trader.send(a_signal(quantity="1"), 2)).refusal is None
    await verified(database_url)


async def test_of_commands_that_come_together_nothing_is_done_if_one_raises(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with trading(database_url) as (desk, trader):
        monkeypatch.setattr(api.application.command_group, "decide", faulty)
        first, second, third = await asyncio.gather(
            together(trader, 1), together(trader, 3, 2, 4), together(trader, 5), return_exceptions=True
        )
        assert isinstance(second, ZeroDivisionError)
        assert [codes(answers) for answers in (first, third) if isinstance(answers, list)] == [[None], [None]]
        assert await signals_kept(desk.engine) == [1, 5]
        monkeypatch.undo()
        assert codes(await together(trader, 3, 2, 4)) == [None, None, None]
    await verified(database_url)


async def test_while_much_is_decided_others_are_served_and_the_desk_is_not_lost(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The decision ends only when the loop has run meanwhile, and kept a session awake that could be ended as idle."""
    beats = threading.Semaphore(0)

    def long(desk: Desk, command: Command, times: Times) -> Decision:
        assert all(beats.acquire(timeout=PATIENCE_SECONDS) for _ in range(3))
        return decide(desk, command, times)

    def listen(_: Any, __: Any, statement: str, *___: Any) -> None:
        if statement == "SELECT 1":
            beats.release()

    def serve() -> None:
        beats.release()
        asyncio.get_running_loop().call_later(0.01, serve)

    async with trading(database_url) as (desk, trader):
        monkeypatch.setattr(api.persistence.plain_transaction, "_BEAT_SECONDS", 0.05)
        monkeypatch.setattr(api.application.command_group, "_LARGEST_LOAD_ON_LOOP", 0)
        monkeypatch.setattr(api.application.command_group, "decide", long)
        if desk.engine.dialect.name == "postgresql":
            event.listen(desk.engine.sync_engine, "before_cursor_execute", listen)
        else:
            serve()
        commits = counting_commits(desk.engine)
        assert (await trader.bars(a_bar("09:30"))).ingested.applied == 1  # type: ignore[union-attr]
        assert commits.count == 1
    await verified(database_url)


# Saves that fail

REFUSING = {
    "sqlite": [
        """CREATE TRIGGER refusing BEFORE INSERT ON signals WHEN NEW.symbol = 'BAD'
           BEGIN SELECT RAISE(ABORT, 'no such symbol here'); END"""
    ],
    "postgresql": [
        """CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
           $$ BEGIN RAISE EXCEPTION 'no such symbol here'; END $$""",
        """CREATE TRIGGER refusing BEFORE INSERT ON signals FOR EACH ROW WHEN (NEW.symbol = 'BAD')
           EXECUTE FUNCTION refuse()""",
    ],
}
ACCEPTING = {"sqlite": "DROP TRIGGER refusing", "postgresql": "DROP TRIGGER refusing ON signals"}


async def execute(engine: LoopEngine, *statements: str) -> None:
    async with engine.begin() as connection:
        for statement in statements:
            await connection.execute(text(statement))


async def test_a_save_that_fails_keeps_nothing_and_only_the_command_at_fault_fails(database_url: str) -> None:
    async with trading(database_url) as (desk, trader):
        await trader.bars(a_bar("09:00", symbol="BAD"))
        await execute(desk.engine, *REFUSING[desk.engine.dialect.name])
        before = await record(desk.engine)
        bad, good = a_signal(quantity="1", symbol="BAD"), a_signal(quantity="1")
        results = await asyncio.gather(
            trader.send(good, 1), trader.send(bad, 2), trader.send(good, 3), return_exceptions=True
        )
        assert [type(result) for result in results] == [CommandResult, Unavailable, CommandResult]
        assert str(results[1]) == "the database did not take the command; nothing was done"
        assert await signals_kept(desk.engine) == [1, 3]
        assert len(await rows(desk.engine, tables.commands)) == len(before["commands"]) + 2

        alone = await record(desk.engine)
        with pytest.raises(Unavailable):
            await trader.send(bad, 2)
        assert await record(desk.engine) == alone

        await execute(desk.engine, ACCEPTING[desk.engine.dialect.name])
        assert not (await trader.send(bad, 2)).replayed
        assert await signals_kept(desk.engine) == [1, 2, 3]
    await verified(database_url)


async def test_a_save_that_fails_keeps_nothing_of_what_came_together(database_url: str) -> None:
    async with trading(database_url) as (desk, trader):
        await trader.bars(a_bar("09:00", symbol="BAD"))
        await execute(desk.engine, *REFUSING[desk.engine.dialect.name])
        first, second, third = await asyncio.gather(
            together(trader, 1, 2), together(trader, 3, 4, bad=4), together(trader, 5), return_exceptions=True
        )
        assert isinstance(second, Unavailable)
        assert [codes(answers) for answers in (first, third) if isinstance(answers, list)] == [[None, None], [None]]
        assert await signals_kept(desk.engine) == [1, 2, 5]
    await verified(database_url)


async def test_a_file_that_cannot_grow_takes_nothing_until_it_can(sqlite_url: str) -> None:
    async with trading(sqlite_url) as (desk, trader):
        long = ExecuteSignal("default", trader.key(1), signal_id(1), a_signal(quantity="1"))
        pages = 1

        @event.listens_for(desk.engine.sync_engine, "begin")
        def limit(connection: Connection) -> None:
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

        before = await record(desk.engine)
        with pytest.raises(Unavailable, match="nothing was done"):
            await trader.execute(long, json.dumps({"note": "x" * 100_000}))
        assert await record(desk.engine) == before
        pages = 1_000_000
        assert not (await trader.execute(long, json.dumps({"note": "x" * 100_000}))).replayed
        assert await signals_kept(desk.engine) == [1]


def a_conflict(times: int, code: str) -> list[str]:
    """The first signals that are stored meet a conflict; a sequence counts through rollbacks."""
    return [
        "CREATE SEQUENCE conflicts",
        f"""CREATE FUNCTION conflict() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN
                 IF nextval('conflicts') <= {times} THEN RAISE EXCEPTION 'conflict' USING ERRCODE = '{code}'; END IF;
                 RETURN NEW;
               END $$""",
        "CREATE TRIGGER conflicting BEFORE INSERT ON commands FOR EACH STATEMENT EXECUTE FUNCTION conflict()",
    ]


@pytest.mark.parametrize("code", ["40001", "40P01"])
async def test_a_conflict_between_transactions_is_tried_again(postgres_url: str, code: str) -> None:
    async with trading(postgres_url) as (desk, trader):
        await execute(desk.engine, *a_conflict(3, code))
        commits = counting_commits(desk.engine)
        answers = await asyncio.gather(*(trader.send(a_signal(quantity="1"), n) for n in (1, 2, 3)))
        assert codes(answers) == [None, None, None]
        assert commits.count == 1
    await verified(postgres_url)


async def test_repeated_conflicts_are_given_up_and_nothing_is_done(postgres_url: str) -> None:
    async with trading(postgres_url) as (desk, trader):
        await execute(desk.engine, *a_conflict(1_000, "40001"))
        before = await record(desk.engine)
        with pytest.raises(Unavailable, match="nothing was done"):
            await trader.send(a_signal(), 1)
        assert await record(desk.engine) == before


# Commits whose outcome nobody knows


def losing_the_answer(engine: LoopEngine, *, after: bool) -> Callable[[], None]:
    """The connection is lost as the next commit is asked for, or just after it was done."""
    dialect: Any = engine.sync_engine.dialect
    commit = dialect.do_commit

    def lost(connection: Any) -> None:
        if after:
            commit(connection)
        else:
            connection.rollback()
        raise OperationalError("COMMIT", None, ConnectionResetError("connection lost"))

    dialect.do_commit = lost

    def restore() -> None:
        dialect.do_commit = commit

    return restore


@pytest.mark.parametrize("after", [True, False], ids=["it was committed", "it was not"])
async def test_a_commit_of_unknown_outcome_is_not_tried_again_and_a_retry_by_id_does_it_once(
    database_url: str, after: bool
) -> None:
    async with trading(database_url) as (desk, trader):
        restore = losing_the_answer(desk.engine, after=after)
        results = await asyncio.gather(
            *(trader.send(a_signal(quantity="1"), number) for number in (1, 2)), return_exceptions=True
        )
        assert [str(result) for result in results] == ["the commit's outcome is unknown: send the command again"] * 2
        restore()
        assert await signals_kept(desk.engine) == ([1, 2] if after else [])
        again = await asyncio.gather(*(trader.send(a_signal(quantity="1"), number) for number in (1, 2)))
        assert [answer.replayed for answer in again] == [after, after]
        assert await signals_kept(desk.engine) == [1, 2]
        assert len(await rows(desk.engine, tables.positions)) == 2
    await verified(database_url)


async def test_commands_fail_as_unavailable_while_the_database_is_and_succeed_once_it_is_back(
    postgres_url: str,
) -> None:
    async with trading(postgres_url) as (desk, trader):
        tries: list[object] = []

        def unreachable(*_: object) -> None:
            tries.append(_)
            raise ConnectionRefusedError("nobody listens")

        await desk.engine.dispose()
        event.listen(desk.engine.sync_engine, "do_connect", unreachable)
        results = await asyncio.gather(
            *(trader.send(a_signal(quantity="1"), number) for number in (1, 2, 3)), return_exceptions=True
        )
        assert [str(result) for result in results] == ["the database cannot be reached; nothing was done"] * 3
        assert len(tries) == 1
        event.remove(desk.engine.sync_engine, "do_connect", unreachable)
        assert (await trader.send(a_signal(quantity="1"), 1)).refusal is None
    await verified(postgres_url)


# Those who go away, and the end


async def test_a_client_that_goes_away_neither_undoes_nor_doubles_its_command(database_url: str) -> None:
    async with trading(database_url) as (desk, trader):
        gone = asyncio.create_task(trader.send(a_signal(quantity="1"), 1))
        await asyncio.sleep(0)
        gone.cancel()
        other = await trader.send(a_signal(quantity="1"), 2)
        assert gone.cancelled()
        assert other.refusal is None
        assert await signals_kept(desk.engine) == [1, 2]
        assert (await trader.send(a_signal(quantity="1"), 1)).replayed
    await verified(database_url)


async def test_closing_carries_out_what_was_accepted_and_takes_nothing_more(database_url: str) -> None:
    async with trading(database_url) as (desk, trader):
        waiting = [asyncio.create_task(trader.send(A_BAD_SIGNAL, number)) for number in range(1, 301)]
        await asyncio.sleep(0)
        closing = asyncio.create_task(desk.writer.close())
        await asyncio.sleep(0)
        with pytest.raises(Unavailable, match="shutting down"):
            await trader.send(a_signal(), 999)
        await closing
        assert codes(await asyncio.gather(*waiting)) == ["INVALID_LEVELS"] * 300
        assert await signals_kept(desk.engine) == list(range(1, 301))
    await verified(database_url)


async def test_rows_that_are_written_bit_by_bit_are_all_there(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api.persistence.set_insertion, "_AT_ONCE", 2)
    async with trading(postgres_url) as (desk, trader):
        await trader.send(a_signal(quantity="1"), 1)
        times = ["09:30", "10:00", "10:30", "11:00", "11:30"]
        await trader.bars(*(a_bar(time) for time in times))
        assert [f"{row['start']:%H:%M}" for row in await rows(desk.engine, tables.bars)] == ["09:00", *times]
        entered = await rows(desk.engine, tables.market_days)
        assert [(row["symbol"], row["hours"].bit_count()) for row in entered] == [("AAPL", 3)]
    await verified(postgres_url)


async def test_a_cancelled_close_interrupts_nothing(database_url: str) -> None:
    async with trading(database_url) as (desk, trader):
        accepted = asyncio.create_task(trader.send(a_signal(quantity="1"), 1))
        await asyncio.sleep(0)
        closing = asyncio.create_task(desk.writer.close())
        await asyncio.sleep(0)
        closing.cancel()
        assert (await accepted).refusal is None
        assert closing.cancelled()
        assert await signals_kept(desk.engine) == [1]


async def test_commands_beyond_the_queue_are_refused(sqlite_url: str) -> None:
    async with trading(sqlite_url) as (_, trader):
        batch = Ingest([Invalid("unreadable", "bars")] * 5_000)
        results = await asyncio.gather(*(trader.execute(batch) for _ in range(21)), return_exceptions=True)
        assert [type(result) for result in results] == [CommandResult] * 20 + [Unavailable]
        assert (await trader.execute(batch)).ingested is not None


# What is kept of commands


async def test_every_command_is_kept_as_it_was_sent_in_the_one_order_of_things(database_url: str) -> None:
    async with running_writer(database_url) as desk:
        trader = desk.trader()
        for name in ("default", "second"):
            await Trader(desk.writer, name).enable(**FREE)
        await trader.bars(a_bar("09:00"), a_bar("09:00", symbol="MSFT"))
        sent = json.dumps({"symbol": "AAPL", "stopLoss": "95.00", "note": "as it was sent: €"}, ensure_ascii=False)
        command = ExecuteSignal("default", trader.key(1), signal_id(1), a_limit("99"))
        await trader.execute(command, sent)
        await Trader(desk.writer, "second").send(a_signal(), 1)
        await trader.cancel(1)
        kept = await rows(desk.engine, tables.commands)
        everything = await record(desk.engine)
    assert [(row["ordinal"], row["account"], row["kind"]) for row in kept] == [
        (1, "default", "enable"),
        (3, "second", "enable"),
        (5, None, "ingestBars"),
        (8, "default", "executeSignal"),
        (10, "second", "executeSignal"),
        (13, "default", "cancelSignal"),
    ]
    assert kept[3]["sent"] == sent
    assert kept[3]["recorded_at"] == WALL
    ordinals = [row["ordinal"] for name in ("commands", "bars", "quotes", "journal") for row in everything[name]]
    assert sorted(ordinals) == list(range(1, 15))
    assert everything["desk"][0]["ordinal"] == 14
    for name, seqs in (("default", [1, 2, 3]), ("second", [1, 2, 3])):
        account = account_id(name)
        assert [row["seq"] for row in everything["journal"] if row["account_id"] == account] == seqs
    assert [row["batch"] for row in everything["bars"]] == [5, 5]


async def test_history_is_never_changed_or_deleted(database_url: str) -> None:
    """Nothing that is written is ever forgotten."""
    statements: list[str] = []
    async with running_writer(database_url) as desk:
        engine = desk.engine.sync_engine
        if engine.dialect.name == "sqlite":
            event.listen(engine, "checkout", lambda connection, *_: connection.set_trace_callback(statements.append))
        else:
            event.listen(engine, "before_cursor_execute", lambda _c, _cu, sql, *_: statements.append(sql))
        trader = desk.trader()
        await trader.enable(**FREE)
        await trader.bars(a_bar("09:00"))
        await trader.send(a_signal(trailing=("101", "1"), target="200"), 1)
        await trader.send(a_limit("90", stop="80"), 2)
        await trader.bars(a_bar("09:30", high="105", close="104"))
        await trader.bars(a_bar("10:00", open="104", low="102"))
        await trader.reset()
        await trader.disable()
    assert not [statement for statement in statements if statement.startswith(("DELETE", "UPDATE"))]
    history = {"commands", "journal", "bars", "quotes", "fills", "trades"}
    insertions = [part for statement in statements for part in statement.split("INSERT INTO ")[1:]]
    upserted = {insertion.split()[0] for insertion in insertions if "ON CONFLICT" in insertion}
    assert {"desk", "signals"} <= upserted
    assert not history & upserted


async def test_two_writers_know_of_each_other(postgres_url: str) -> None:
    async with trading(postgres_url) as (_, mine), running_writer(postgres_url) as other:
        theirs = Trader(other.writer)
        assert (await theirs.send(a_limit("95", stop="90"), 1)).refusal is None
        assert (await mine.send(a_limit("95", stop="90"), 1)).replayed
        assert (await mine.cancel(1)).refusal is None
        assert codes([await theirs.cancel(1)]) == ["SIGNAL_NOT_WORKING"]
        await mine.bars(a_bar("09:30", close="101"))
        assert (await theirs.bars(a_bar("09:30", close="101"))).ingested.duplicate == 1  # type: ignore[union-attr]
        assert (await theirs.send(a_signal(quantity="10", timestamp="10:00"), 2)).signal.quantity == 10  # type: ignore[union-attr]
        assert codes([await mine.close(2), await theirs.close(2)]) == [None, "POSITION_NOT_OPEN"]
        assert codes([await theirs.execute(Enable("default", account_id("default"), {"leverage": D(2)}))]) == [
            "ALREADY_ENABLED"
        ]
    await verified(postgres_url)
