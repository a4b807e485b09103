"""A sender as TradingView is one: it gives up after a while, sends again after 5xx, repeats itself and loses its order.

Each of its alerts is one signal, and what was promised is done, whoever is killed meanwhile.
"""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from structlog.testing import CapturingLogger

from api.database_url import database_url as url_of
from api.errors import Unavailable
from api.hooks import deliveries
from api.hooks.execution import Execution
from api.persistence.engines import write_engine
from tests.api.desk import instant
from tests.hooks.senders import NOW, Clock, HookedDesk, hooked_desk
from tests.loop_engine import LoopEngine
from tests.processes import POLL_SECONDS
from tests.service.desks import verified

ALERTS = 25
RESENT = 3


def body_of(desk: HookedDesk, number: int = 1) -> str:
    time = instant(NOW.replace(microsecond=number))
    return json.dumps({"ticker": desk.symbol, "action": "buy", "quantity": 1, "price": "100", "timenow": time})


class Sender:
    """Sends an alert again after a timeout or 5xx, as often as TradingView does, and sometimes for no reason."""

    def __init__(self, desk: HookedDesk, chance: random.Random) -> None:
        self._desk = desk
        self._chance = chance

    async def send(self, body: str) -> None:
        await asyncio.sleep(self._chance.random() / 20)
        for left in reversed(range(1 + RESENT)):
            status = await self._status(body, is_patient=left == 0)
            if status < 500 and self._chance.random() < 0.7:
                return
        assert status < 500

    async def _status(self, body: str, *, is_patient: bool) -> int:
        """What is answered; 599 where the sender did not wait for that."""
        gives_up = not is_patient and self._chance.random() < 0.3
        try:
            async with asyncio.timeout(self._chance.random() / 50 if gives_up else None):
                return (await self._desk.post(body)).status
        except TimeoutError:
            return 599


async def test_alerts_that_are_resent_repeated_and_out_of_order_are_one_signal_each(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(17)
    carry_out = Execution.carry_out

    async def sometimes(self: Execution, *given: Any, **how: Any) -> Any:
        if chance.random() < 0.2:
            raise Unavailable("the database is away")
        outcome = await carry_out(self, *given, **how)
        if chance.random() < 0.2:
            raise Unavailable("the outcome is unknown")
        return outcome

    monkeypatch.setattr(Execution, "carry_out", sometimes)
    monkeypatch.setattr("api.hooks.guard._BURST", 1_000)
    wall = Clock()
    async with hooked_desk(database_url, wall) as desk:
        senders = [Sender(desk, chance) for _ in range(ALERTS)]
        await asyncio.gather(*(sender.send(body_of(desk, number)) for number, sender in enumerate(senders)))
    monkeypatch.setattr(Execution, "carry_out", carry_out)
    wall.pass_by(11)
    async with hooked_desk(database_url, wall) as other:
        other.account, other.hook = desk.account, desk.hook
        assert set(await until(other, lambda outcomes: "PENDING" not in outcomes)) <= {"DONE", "REPLAYED"}
        assert await other.signal_count() == ALERTS
    await verified(database_url)


def order_of(desk: HookedDesk, second: int, action: str, standing: str) -> str:
    time = instant(NOW.replace(second=second))
    values = {"ticker": desk.symbol, "action": action, "market_position": standing, "price": "100", "timenow": time}
    return json.dumps({**values, "quantity": 1})


async def test_no_alert_overtakes_one_that_could_not_be_done(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    carry_out, wall = Execution.carry_out, Clock()
    wall.pass_by(5)

    async def away(*_: Any, **__: Any) -> None:
        raise Unavailable("the database is away")

    async with hooked_desk(database_url, wall) as desk:
        monkeypatch.setattr(Execution, "carry_out", away)
        assert (await desk.post(order_of(desk, 1, "buy", "long"))).status == 202
        monkeypatch.setattr(Execution, "carry_out", carry_out)
        assert (await desk.post(order_of(desk, 2, "sell", "flat"))).status == 200
        assert await desk.deliveries("status", "message") == [
            ("DONE", f"LONG 1 {desk.symbol} at 100"),
            ("DONE", f"closed 1 position of {desk.symbol}"),
        ]
        assert await desk.positions("status") == [("CLOSED",)]


async def test_no_alert_overtakes_one_that_another_process_left(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    carry_out, wall = Execution.carry_out, Clock()
    wall.pass_by(5)

    async def away(*_: Any, **__: Any) -> None:
        raise Unavailable("the database is away")

    async with hooked_desk(database_url, wall) as desk:
        monkeypatch.setattr(Execution, "carry_out", away)
        assert (await desk.post(order_of(desk, 1, "buy", "long"))).status == 202
        assert (await desk.post(order_of(desk, 2, "sell", "flat"))).status == 202
    monkeypatch.setattr(Execution, "carry_out", carry_out)
    wall.pass_by(11)
    async with hooked_desk(database_url, wall) as other:
        other.account, other.hook, other.path, other.symbol = desk.account, desk.hook, desk.path, desk.symbol
        closed = await other.post(order_of(other, 3, "sell", "flat"))
        assert (closed.status, closed.body["code"]) == (422, "NOTHING_TO_CLOSE")
        assert await other.deliveries("status") == [("DONE",), ("DONE",), ("REFUSED",)]
        assert await other.positions("status") == [("CLOSED",)]


class Gate:
    """Where whoever does an alert waits."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.open, self.reached = asyncio.Event(), asyncio.Event()
        carry_out = Execution.carry_out

        async def held_up(execution: Execution, *given: Any, **how: Any) -> Any:
            self.reached.set()
            await self.open.wait()
            return await carry_out(execution, *given, **how)

        monkeypatch.setattr(Execution, "carry_out", held_up)
        monkeypatch.setattr(deliveries, "ANSWER_SECONDS", 1.0)


async def until(desk: HookedDesk, are_there: Callable[[list[str]], bool]) -> list[str]:
    """What became of the hook's alerts, once that is so."""
    async with asyncio.timeout(30):
        while True:
            outcomes = [row[0] for row in await desk.deliveries("status")]
            if are_there(outcomes):
                return outcomes
            await asyncio.sleep(POLL_SECONDS)


async def test_an_alert_that_takes_long_is_answered_before_and_done_after(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(monkeypatch)
    async with hooked_desk(database_url) as desk:
        answer = await desk.post(body_of(desk))
        assert (answer.status, answer.body) == (
            202,
            {"status": "PENDING", "message": "the alert is kept, and done as soon as the desk can"},
        )
        assert (await desk.post(body_of(desk))).status == 202
        await until(desk, lambda outcomes: outcomes == ["PENDING", "PENDING"])
        gate.open.set()
        await until(desk, lambda outcomes: outcomes == ["DONE", "REPLAYED"])
        assert await desk.signal_count() == 1


async def test_a_promise_outlives_the_server_that_made_it(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    gate, wall = Gate(monkeypatch), Clock()
    async with hooked_desk(database_url, wall) as desk:
        assert (await desk.post(body_of(desk))).status == 202
        await gate.reached.wait()
        account, hook = desk.account, desk.hook
    gate.open.set()
    wall.pass_by(11)
    async with hooked_desk(database_url, wall) as other:
        other.account, other.hook = account, hook
        await until(other, lambda outcomes: outcomes == ["DONE"])
        assert await other.signal_count() == 1
    await verified(database_url)


async def test_an_alert_waits_for_one_that_another_process_is_at(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, wall = Gate(monkeypatch), Clock()
    wall.pass_by(5)
    async with hooked_desk(postgres_url, wall) as desk, hooked_desk(postgres_url, wall) as other:
        other.account, other.hook, other.path, other.symbol = desk.account, desk.hook, desk.path, desk.symbol
        assert (await desk.post(order_of(desk, 1, "buy", "long"))).status == 202
        assert (await other.post(order_of(other, 2, "sell", "flat"))).status == 202
        gate.open.set()
        await until(desk, lambda outcomes: outcomes == ["DONE", "DONE"])
        assert await desk.positions("status") == [("CLOSED",)]


async def test_what_is_pending_is_taken_up_by_one_process(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    gate, wall = Gate(monkeypatch), Clock()
    async with hooked_desk(postgres_url, wall) as desk, hooked_desk(postgres_url, wall) as other:
        posts = [desk.post(body_of(desk, number)) for number in range(5)]
        assert {answer.status for answer in await asyncio.gather(*posts)} == {202}
        wall.pass_by(11)
        hooks = [desk.client.desk.services.hooks, other.client.desk.services.hooks] * 4
        taken = [
            item for some in await asyncio.gather(*(one.take_up(is_alone=False) for one in hooks)) for item in some
        ]
        assert sorted(delivery.number for delivery in taken) == [1, 2, 3, 4, 5]
        gate.open.set()
        await until(desk, lambda outcomes: outcomes == ["DONE"] * 5)


@asynccontextmanager
async def locked(sqlite_url: str) -> AsyncIterator[None]:
    """Somebody else writes the database's file."""
    engine = LoopEngine(write_engine(url_of(sqlite_url)))
    async with engine.connect() as connection:
        await connection.execute(text("UPDATE desk SET ordinal = ordinal"))
        yield
        await connection.rollback()
    await engine.dispose()


async def test_an_alert_that_can_neither_be_done_nor_kept_is_to_be_resent(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "ANSWER_SECONDS", 0.2)
    async with hooked_desk(sqlite_url) as desk:
        async with locked(sqlite_url):
            answer = await desk.post(body_of(desk))
            assert (answer.status, answer.body["code"]) == (503, "UNAVAILABLE")
        monkeypatch.setattr(deliveries, "ANSWER_SECONDS", 30)
        assert (await desk.post(body_of(desk))).status == 200
        assert await desk.signal_count() == 1


async def test_a_fault_is_answered_as_one_logged_and_not_tried_for_ever(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault, logged = RuntimeError("a fault"), CapturingLogger()

    async def broken(*_: Any, **__: Any) -> None:
        raise fault

    monkeypatch.setattr(deliveries, "_log", logged)
    async with hooked_desk(sqlite_url) as desk:
        monkeypatch.setattr(Execution, "carry_out", broken)
        answer = await desk.post(body_of(desk))
        assert (answer.status, answer.body["code"]) == (500, "INTERNAL")
        assert await desk.deliveries("status", "code") == [("INVALID", "INTERNAL")]
        [call] = [call for call in logged.calls if call.method_name == "error"]
        assert call.args == ("an alert could not be done",)
        assert call.kwargs == {"hook": desk.hook, "number": 1, "exc_info": fault}


async def test_a_token_is_not_asked_for_and_no_secret_is_kept_or_logged(
    sqlite_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async with hooked_desk(sqlite_url) as desk:
        secret = desk.path.rpartition("/")[2]
        assert len(secret) == 32
        access: Any = desk.client.desk.app
        access._app._token = "t" * 16
        transport = httpx.ASGITransport(desk.client.desk.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
            assert (await http.post("/graphql", json={"query": "{__typename}"})).status_code == 401
            assert (await http.post(desk.path, content=body_of(desk))).status_code == 200
            foreign = {"origin": "https://www.example.com"}
            assert (await http.post(desk.path, content=body_of(desk), headers=foreign)).status_code == 200
        async with desk.client.database.connect() as connection:
            for table in ("hooks", "hook_deliveries", "commands", "journal"):
                rows = (await connection.execute(text(f"SELECT * FROM {table}"))).all()  # noqa: S608 - of a list above
                assert secret not in repr(rows)
    assert secret not in capsys.readouterr().out
