"""What is compiled answers as graphql-core does, byte for byte: documents drawn from the schema are the judge."""

import asyncio
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from itertools import product
from random import Random
from typing import Any, cast
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.application.command_payload import CommandPayload
from api.application.dispatcher import Dispatcher, Submission, decoded
from api.application.hooks import CreatedHook, Hooks, NewHook
from api.application.notifications.targets import Notifications
from api.authorization.principal import OPERATOR, Principal
from api.choices import ExecutionKind
from api.codec.commands import CommandKind
from api.codec.hooks import Hook, HookDefaults
from api.errors import Unavailable
from api.graphql.compiled import operation
from api.graphql.context import Context
from api.graphql.execution import operations
from api.graphql.execution.json_text import encode
from api.graphql.execution.operations import Operations
from api.graphql.execution.requests import OperationRequest
from api.graphql.execution.responses import OperationRejected, Response
from api.graphql.schema import make_operations, make_schema
from api.hooks.registry import all_templates
from api.hooks.template import Template
from domain.engine.commands import Command
from domain.engine.results import CommandResult
from domain.refusals import ErrorCode, Refusal
from tests.api.desk import DAY, OPENING, Client, desk_on, everything, instant, mutation_of, newcomer
from tests.api.documents import Drawing

EXAMPLES = int(os.environ.get("PAPERTAPE_TEST_DOCUMENTS", "200"))
SCHEMA = make_schema()._schema
AN_ID = UUID("123e4567-e89b-12d3-a456-426614174000")


Known = dict[str, list[Any]]


@dataclass
class CannedDispatcher:
    """Decodes what is submitted, keeps what it means, and answers with what commands of its kind came to before."""

    payloads: dict[CommandKind, CommandPayload]
    taken: list[object] = field(default_factory=list)

    async def dispatch(self, principal: Principal, submission: Submission) -> CommandPayload:
        command = decoded(submission.decode)
        self.taken.append((submission.kind, submission.account, repr(command)))
        if submission.account == "unavailable":
            raise Unavailable("not now")
        if isinstance(command, Refusal):
            return CommandPayload(CommandResult(refusal=command))
        return self.payloads[submission.kind]

    async def dispatch_together(
        self, principal: Principal, given: Sequence[tuple[CommandKind, Callable[[], tuple[Command, str]]]]
    ) -> list[CommandPayload]:
        return [await self.dispatch(principal, Submission(kind, None, decode)) for kind, decode in given]

    async def retract(self, principal: Principal, symbol: str, since: object, sent: str) -> CommandPayload:
        self.taken.append((symbol, since, sent))
        return CommandPayload(CommandResult())


@dataclass
class CannedHooks:
    """Takes what is wanted, and answers as a desk did before; what is sent is kept."""

    made: CreatedHook
    taken: list[object]
    templates: Mapping[str, Template] = field(default_factory=all_templates)

    async def create(self, principal: Principal, wanted: object) -> CreatedHook:
        self.taken.append(wanted)
        return self.made

    async def revoke(self, principal: Principal, name: str) -> Hook | None:
        self.taken.append(name)
        return self.made.hook if name else None


@dataclass
class CannedNotifications:
    """Refuses whatever is asked of it, and keeps that."""

    taken: list[object]

    async def add(self, principal: Principal, wanted: Callable[[], object]) -> Refusal:
        return self._refused(decoded(wanted))

    async def remove(self, principal: Principal, name: str) -> Refusal:
        return self._refused(name)

    test = remove

    def _refused(self, asked: object) -> Refusal:
        self.taken.append(repr(asked))
        return asked if isinstance(asked, Refusal) else Refusal(ErrorCode.INVALID_INPUT, "not here", "name")


@dataclass
class RecordingDispatcher:
    """A desk's dispatcher that keeps the last payload of each kind of command."""

    real: Dispatcher
    payloads: dict[CommandKind, CommandPayload] = field(default_factory=dict)

    async def dispatch(self, principal: Principal, submission: Submission) -> CommandPayload:
        payload = self.payloads[submission.kind] = await self.real.dispatch(principal, submission)
        return payload


class BothWays:
    """A desk with something of everything on it, asked by what is compiled and by the reference."""

    def __init__(
        self,
        client: Client,
        payloads: dict[CommandKind, CommandPayload],
        made: CreatedHook,
        known: dict[str, list[Any]],
    ) -> None:
        self.known = known
        self._client = client
        self._payloads = payloads
        self._made = made
        self._ways = [make_operations(kind) for kind in ExecutionKind]

    async def answers(self, request: OperationRequest) -> list[tuple[str, list[object]]]:
        """What each way answers, and what was submitted of commands."""
        return [await self._answer(way, request) for way in self._ways]

    async def _answer(self, way: Operations, request: OperationRequest) -> tuple[str, list[object]]:
        dispatcher = CannedDispatcher(self._payloads)
        services = replace(
            self._client.desk.services,
            dispatcher=cast("Dispatcher", dispatcher),
            hooks=cast("Hooks", CannedHooks(self._made, dispatcher.taken)),
            notifications=cast("Notifications", CannedNotifications(dispatcher.taken)),
        )
        response = await answered(way, request, Context(services, OPERATOR))
        return in_order(response), dispatcher.taken


def in_order(response: Response) -> str:
    """A response with its errors in an order of their own: fields that are resolved beside each other fail in any."""
    errors = sorted(map(encode, response.errors))
    if len(errors) < 2:
        return response.text
    return response.text.replace(encode(response.errors), f"[{','.join(errors)}]")


async def answered(way: Operations, request: OperationRequest, context: object) -> Response:
    try:
        prepared = way.prepare(request)
        assert way._execution is ExecutionKind.REFERENCE or way._compiled(prepared) is not None, request
        return await way.answer(prepared, context)
    except OperationRejected as refusal:
        return refusal.response


async def with_a_hook(client: Client, account: str) -> CreatedHook:
    """A hook of an account, to which an alert came."""
    wanted = NewHook("door", account, "json", HookDefaults(symbols={"A": "B"}))
    made = await client.desk.services.hooks.create(OPERATOR, wanted)
    assert isinstance(made, CreatedHook)
    await client.http.post(made.path, content="no alert")
    return made


async def furnished(client: Client) -> tuple[dict[CommandKind, CommandPayload], CreatedHook, Known]:
    """What commands of each kind came to on a desk, and values of its own that questions may name."""
    recording = RecordingDispatcher(client.desk.services.dispatcher)
    services = replace(client.desk.services, dispatcher=cast("Dispatcher", recording))
    ways, context = make_operations(), Context(services, OPERATOR)

    async def do(name: str, /, **content: Any) -> None:
        response = await answered(ways, OperationRequest(mutation_of(name), {"input": content}, None), context)
        assert not response.errors, response.text

    trader = await newcomer(client)
    signal = trader.a_signal(target2="105", campaignId="spring", note="first")
    await do("executeSignal", **signal)
    await do("ingestBars", bars=[trader.a_bar(OPENING, "100", "106"), trader.a_bar(OPENING + DAY, "101", "103")])
    later = {"timestamp": instant(OPENING + 2 * DAY), "marketPrice": None}
    await do("executeSignal", **trader.a_signal(**later, stopLoss="120"))
    await do("executeSignal", **trader.a_signal(**later, id=str(AN_ID), entry="LIMIT", entryPrice="99"))
    await do("cancelSignal", account=trader.account, signalId=str(AN_ID))
    await do("executeSignal", **trader.a_signal(**later, entry="LIMIT", entryPrice="99"))
    for _ in range(3):
        await do("executeSignal", **trader.a_signal(**later, target2="106"))
    opened = await trader.list("positions", filter={"open": True})
    await do("closePosition", account=trader.account, positionId=opened[0]["id"])
    await do("executeSignal", **trader.a_signal(timestamp=instant(OPENING + 2 * DAY), symbol="MSFT"))
    await do("closeAll", account=trader.account, symbol="MSFT")
    await do("ingestQuotes", quotes=[{"symbol": "EURUSD", "time": instant(OPENING), "price": "1.1"}])
    await do("updateSettings", account=trader.account, settings={"scaleOutPercent": "25"})
    await do("recordBacktest", name="before", source="by hand", metrics={"winRate": "55.5", "maxDrawdown": "3"})
    for name in ("enable", "resume", "reset", "disable"):
        await do(name, account="other")
    positions, trades = await trader.list("positions"), await trader.list("trades")
    ids = [each["id"] for each in [*positions, *trades, *await trader.list("signals"), await trader.totals()]]
    cursors = [edge["cursor"] for edge in (await trader.page("positions"))["edges"]]
    names = [trader.account, trader.account, trader.account, "other", "nobody", "unavailable"]
    return (
        recording.payloads,
        await with_a_hook(client, trader.account),
        {
            "hook": ["door", "nothing"],
            "account": names,
            "name": names,
            "first": [1, 2, 50, 100, 101, 0],
            "after": [*cursors, "nonsense"],
            "symbols": [trader.symbol, "EURUSD", "NONE"],
            "symbol": [trader.symbol, "EURUSD", ""],
            "interval": ["1h", "1d", "2h", None],
            "timezone": ["UTC", "America/New_York", "nowhere"],
            "String": ["", "x", 'é\n"', "NYSE"],
            "ID": [*ids, "nonsense"],
            "Int": [0, 1, 2, 10],
            "Boolean": [True, False],
            "Decimal": ["1", "2.5", "100", "1E+2", 7, "-3"],
            "Figure": ["1", "0.333333333333", 2],
            "DateTime": [instant(OPENING), instant(OPENING + DAY), "2024-01-05T00:00:00+01:00"],
            "UUID": [str(AN_ID), str(UUID(int=7))],
        },
    )


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.Runner]:
    """The loop of the desk."""
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def both(loop: asyncio.Runner, module_sqlite_url: str) -> Iterator[BothWays]:
    """A furnished desk whose clocks stand still, and on which no id is random."""
    stack = AsyncExitStack()

    async def begin() -> BothWays:
        client = await stack.enter_async_context(desk_on(module_sqlite_url, wall=lambda: OPENING + 9 * DAY))
        return BothWays(client, *await furnished(client))

    yield loop.run(begin())
    loop.run(stack.aclose())


@pytest.fixture
def no_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ids that are made are all the same, and what is compiled may not fail alone."""
    for module in ("signals.inputs", "signals.mutations", "reports.mutations"):
        monkeypatch.setattr(f"api.graphql.{module}.uuid4", lambda: AN_ID)
    monkeypatch.setattr(operations, "log", None)


@pytest.mark.usefixtures("no_chance", "quiet")
@pytest.mark.parametrize("kind", ["query", "mutation"])
def test_both_ways_answer_the_same(loop: asyncio.Runner, both: BothWays, kind: str) -> None:
    @settings(max_examples=EXAMPLES, deadline=None)
    @given(st.integers(0, 2**64), st.sampled_from([0, 0, 3, 20]))
    def same(seed: int, wrong: int) -> None:
        drawn = Drawing(SCHEMA, Random(seed), both.known, wrong).operation(kind)
        compiled, reference = loop.run(both.answers(OperationRequest(drawn.text, drawn.variables, None)))
        assert compiled == reference, drawn

    same()


def test_what_is_kept_of_compiled_operations_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operation, "MOST_SOURCE", 40_000)
    way = make_operations()
    shown = everything("Position")
    kept: list[int] = []
    for number in range(30):
        choice = "id @skip(if: $a) @include(if: $b)"
        text = f"query Q{number}($a: Boolean!, $b: Boolean!) {{ positions {{ nodes {{ {shown} {choice} }} }} }}"
        for a, b in product([True, False], repeat=2):
            request = OperationRequest(text, {"a": a, "b": b}, None)
            assert way._compiled(way.prepare(request)) is not None
        compiler = way._documents.compiler
        kept.append(sum(compiler._kept.values()))
        assert compiler._length == kept[-1]
    assert max(kept) <= 40_000
    assert kept[-1] > 30_000
    first = way.prepare(OperationRequest(text, {"a": True, "b": True}, None))
    assert way._compiled(first) is way._compiled(first)


def test_of_combinations_that_come_only_once_few_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operation, "COMPILED_AT", 2)
    way = make_operations()
    names = [f"v{number}" for number in range(8)]
    declared = ", ".join(f"${name}: Boolean!" for name in names)
    fields = " ".join(f"{name}: __typename @skip(if: ${name})" for name in names)
    for values in product([True, False], repeat=8):
        request = OperationRequest(f"query ({declared}) {{ {fields} }}", dict(zip(names, values, strict=True)), None)
        prepared = way.prepare(request)
        assert way._compiled(prepared) is None
    assert len(prepared.runnable.compilable.waiting) == 16
    assert way._compiled(prepared) is not None
