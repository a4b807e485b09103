"""A fault at any step of a command leaves all of it or nothing; sent again, it is done, once."""

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from api.application.writer import Writer
from api.errors import Unavailable
from domain.engine.results import CommandResult
from tests.builders import FREE, D, a_bar, a_limit, a_signal
from tests.faults.copies import Copies, FileCopies, RestoredDatabase
from tests.faults.fault_injection import Effect, Fault, StepKind, Steps, faults_of
from tests.faults.scale import IS_LONG, sized
from tests.service.desks import RunningWriter, Trader, codes, raw_record, running_writer, verified

pytestmark = pytest.mark.usefixtures("quiet")

Record = dict[str, list[tuple[Any, ...]]]
Command = Callable[[Trader], Awaitable[CommandResult]]


def a_signal_sent(number: int) -> Command:
    return lambda trader: trader.send(a_signal(quantity="1", trailing=("101", "1"), timestamp=None), number)


async def bars_that_trigger(trader: Trader) -> CommandResult:
    """Up to the target, where a part leaves, and down through the trailing stop to where a limit order waits."""
    up, down = a_bar("09:30", high="105", close="104"), a_bar("10:00", open="104", close="100", low="98")
    return await trader.bars(up, down)


async def what_they_trigger(trader: Trader) -> None:
    trailed = a_signal(quantity="4", trailing=("102", "1"), target="104", target2="110", timestamp=None)
    await trader.send(trailed, 11)
    await trader.send(a_limit("98.5", quantity="2", stop="90", timestamp=None), 12)


async def nothing(trader: Trader) -> None:
    """A signal needs only the price that is there."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """Commands that come at once, and what has to be there before."""

    commands: Sequence[Command]
    before: Callable[[Trader], Awaitable[None]] = nothing


async def two_positions(trader: Trader) -> None:
    for number in (11, 12):
        await trader.send(a_signal(quantity="4", timestamp=None), number)


async def a_position_and_a_limit(trader: Trader) -> None:
    await trader.send(a_signal(quantity="4", target2="115", timestamp=None), 11)
    await trader.send(a_limit("98.5", quantity="2", stop="90", timestamp=None), 12)


def an_amendment(once: int, **changes: Any) -> Command:
    return lambda trader: trader.amend(11, once=once, **changes)


AMENDED = {"stop_loss": D("97"), "target2": None, "note": "as told"}
SCENARIOS = {
    "executeSignal": Scenario([a_signal_sent(1)]),
    "ingestBars": Scenario([bars_that_trigger], what_they_trigger),
    "closeAll": Scenario([lambda trader: trader.close_all(once=21)], two_positions),
    "amendPosition": Scenario([an_amendment(21, **AMENDED)], a_position_and_a_limit),
    "amendSignal": Scenario(
        [lambda trader: trader.amend_signal(12, once=21, entry_price=D("99"), quantity=D(3))], a_position_and_a_limit
    ),
    "closePosition in part": Scenario(
        [lambda trader: trader.close(11, once=21, percent=D(50))], a_position_and_a_limit
    ),
    "two amendments": Scenario(
        [an_amendment(21, **AMENDED), an_amendment(22, stop_loss=D("98"))], a_position_and_a_limit
    ),
    "a group": Scenario([a_signal_sent(1), bars_that_trigger, a_signal_sent(2)], what_they_trigger),
}
IN_SHORT = ["executeSignal", "ingestBars", "closeAll", "amendPosition", "closePosition in part"]
NEVER = 1_000_000
scenarios = pytest.mark.parametrize("scenario", sized(IN_SHORT, list(SCENARIOS)))


@dataclass(slots=True)
class FaultHarness:
    """Runs a scenario with faults, each in a copy of its database; the state before it, and after it without faults."""

    copies: Copies
    commands: Sequence[Command]
    before: Record
    unfaulted: Record
    struck: int = 0
    _writer: Writer | None = None
    _clients: list["asyncio.Task[CommandResult]"] = field(default_factory=list)

    def leave(self, _: object) -> None:
        """All clients go away."""
        for client in self._clients:
            client.cancel()

    def stop(self, _: object) -> None:
        """The process ends in order, and its writer with it."""
        assert self._writer is not None
        assert self._writer._task is not None
        self._writer._task.cancel()

    async def send(self, desk: RunningWriter) -> list[Any]:
        """Send all commands at once; the answers, or what came instead."""
        self._writer = desk.writer
        self._clients = [asyncio.ensure_future(command(desk.trader())) for command in self.commands]
        return await asyncio.gather(*self._clients, return_exceptions=True)

    async def run(self, fault: Fault, at: int) -> Steps:
        """The scenario with a fault at its nth step, and then again without."""
        steps = Steps()
        async with AsyncExitStack() as stack:
            url = await stack.enter_async_context(self.copies.another())
            desk = await stack.enter_async_context(running_writer(url))
            with steps.of(desk.engine):
                steps.arm(fault, at)
                results = await self.send(desk)
            if desk.writer.is_alive:
                await what_was_accepted(desk)
            else:
                await desk.writer.close()
                gc.collect()  # An interrupted statement keeps SQLite's file locked for as long as it exists.
            after = await raw_record(desk.engine)
            if steps.was_injected:
                self.struck += 1
                is_nothing = after == self.before and not desk.announced
                assert_all_or_nothing(results, fault, is_nothing, after == self.unfaulted)
            if not desk.writer.is_alive:
                desk = await stack.enter_async_context(running_writer(url))
            assert kinds(await self.send(desk)) == {CommandResult}
            assert await raw_record(desk.engine) == self.unfaulted
        return steps


async def what_was_accepted(desk: RunningWriter) -> None:
    """Wait for it: commands are carried out in turn, so another, that changes nothing, comes after all of them."""
    assert codes([await desk.trader("nobody").send(a_signal(), 1)]) == ["ACCOUNT_NOT_FOUND"]


def kinds(results: Sequence[Any]) -> set[type]:
    return {Unavailable if isinstance(result, Unavailable) else type(result) for result in results}


def assert_all_or_nothing(results: Sequence[Any], fault: Fault, is_nothing: bool, is_all: bool) -> None:
    """What was answered is stored; what was not is stored whole or not at all."""
    answered = kinds(results) == {CommandResult}
    if not answered:
        assert kinds(results) in ({Unavailable}, {asyncio.CancelledError}), fault
    match fault.effect:
        case Effect.NOTHING_UNANSWERED:
            by_itself = len(results) > 1 and answered
            assert (answered, is_nothing, is_all) == (by_itself, not by_itself, by_itself), fault
        case Effect.NOTHING_OR_ANSWERED:
            assert (is_nothing, is_all) == (not answered, answered), fault
        case Effect.ALL_ANSWERED | Effect.ALL_UNANSWERED:
            assert (answered, is_all) == (fault.effect is Effect.ALL_ANSWERED, True), fault
        case Effect.EITHER_UNANSWERED:
            assert (answered, is_nothing or is_all) == (False, True), fault


@asynccontextmanager
async def harness_with(url: str, copies: Copies, scenario: Scenario) -> AsyncIterator[FaultHarness]:
    """A harness for a desk with an account and a price, AAPL at 100, and with what the scenario needs."""
    async with running_writer(url) as desk:
        await desk.trader().enable(**FREE)
        await desk.trader().bars(a_bar("09:00"))
        await scenario.before(desk.trader())
        before = await raw_record(desk.engine)
    async with copies.another() as unfaulted_url:
        async with running_writer(unfaulted_url) as unfaulted_desk:
            harness = FaultHarness(copies, scenario.commands, before, {})
            assert kinds(await harness.send(unfaulted_desk)) == {CommandResult}
            harness.unfaulted = await raw_record(unfaulted_desk.engine)
        await verified(unfaulted_url)
    yield harness


@pytest.fixture
def copies(database_url: str, tmp_path: Path) -> Copies:
    """Copies of the test's database."""
    return FileCopies(database_url, tmp_path) if database_url.startswith("sqlite") else RestoredDatabase(database_url)


@scenarios
async def test_a_fault_at_any_step_leaves_all_or_nothing_and_sent_again_it_is_done_once(
    database_url: str, copies: Copies, scenario: str, record_property: Callable[[str, object], None]
) -> None:
    """Every kind of fault at every step; in a short run, every kind at the first and the last, in turn between."""
    async with (
        harness_with(database_url, copies, SCENARIOS[scenario]) as harness,
        faults_of(database_url) as database_faults,
    ):
        leaving = Fault("clients gone", harness.leave, effect=Effect.ALL_UNANSWERED)
        ending = Fault("process ends", harness.stop, effect=Effect.EITHER_UNANSWERED)
        faults = [*database_faults, leaving, ending]
        anywhere = [fault for fault in faults if fault.step is StepKind.STATEMENT]
        last = (await harness.run(leaving, NEVER)).taken
        for at in range(1, last + 1):
            chosen = faults if IS_LONG or at in (1, last) else [anywhere[at % len(anywhere)]]
            struck = [(await harness.run(fault, at)).was_injected for fault in chosen]
            assert struck == [fault.step is StepKind.STATEMENT or at == 1 for fault in chosen]
    record_property("steps", last)
    record_property("faults", harness.struck)


async def test_a_session_that_is_lost_before_the_desk_is_locked_costs_nobody_an_answer(postgres_url: str) -> None:
    async with faults_of(postgres_url) as [dropped, *_], running_writer(postgres_url) as desk:
        await desk.trader().enable(**FREE)
        await desk.trader().bars(a_bar("09:00"))
        steps = Steps()
        with steps.of(desk.engine):
            steps.arm(dropped, 1)
            assert codes([await desk.trader().send(a_signal(quantity="1"), 1)]) == [None]
        assert steps.was_injected
    await verified(postgres_url)
