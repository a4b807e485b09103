"""The real application on a database of the test's own, and a client that sees what any client sees."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from typing import Any

import httpx
from graphql import GraphQLObjectType, get_named_type, is_composite_type
from sqlalchemy import func, select

from api.bootstrap import running_desk
from api.choices import ClockKind
from api.clock import WallClock, wall_clock
from api.graphql.schema import make_schema
from api.persistence import tables
from api.persistence.columns import metadata
from api.persistence.engines import read_engine
from api.server.running_desk import RunningDesk
from api.settings import ServerSettings
from tests.databases import make_file
from tests.loop_engine import LoopEngine

Json = dict[str, Any]

_SCHEMA = make_schema()._schema
_GRAPHQL_JSON = "application/graphql-response+json"
_NUMBERS = count(1)

DAY = timedelta(days=1)
OPENING = datetime(2024, 1, 2, 14, 30, tzinfo=UTC)
"""When signals are sent, unless a test says otherwise."""


def instant(time: datetime) -> str:
    """A time as the API writes it."""
    return time.isoformat().replace("+00:00", "Z")


@cache
def everything(type_name: str) -> str:
    """A selection of all that a type has, whatever is below it included."""
    fields = []
    shown = _SCHEMA.type_map[type_name]
    assert isinstance(shown, GraphQLObjectType)
    for name, field in shown.fields.items():
        below = get_named_type(field.type)
        fields.append(f"{name} {{ {everything(below.name)} }}" if is_composite_type(below) else name)
    return " ".join(fields)


@cache
def mutation_of(name: str) -> str:
    """A mutation that asks for all of its payload."""
    root = _SCHEMA.mutation_type
    assert root is not None
    field = root.fields[name]
    payload = everything(get_named_type(field.type).name)
    return f"mutation Do($input: {field.args['input'].type}) {{ {name}(input: $input) {{ {payload} }} }}"


@dataclass(frozen=True, slots=True)
class Client:
    """Posts GraphQL to a running desk. `answer` gives the response as it is; the others insist on how it is."""

    desk: RunningDesk
    http: httpx.AsyncClient
    database: LoopEngine

    async def answer(self, query: str, **variables: Any) -> Json:
        """The whole response."""
        return await self.post({"query": query, "variables": variables})

    async def post(self, body: object) -> Json:
        """The response to a body."""
        response = await self.http.post("/graphql", json=body, headers={"accept": _GRAPHQL_JSON})
        answer: Json = response.json()
        return answer

    async def ask(self, query: str, **variables: Any) -> Json:
        """The data of a response without errors."""
        answer = await self.answer(query, **variables)
        assert "errors" not in answer, answer["errors"]
        data: Json = answer["data"]
        return data

    async def error(self, query: str, **variables: Any) -> tuple[str, str]:
        """Code and message of the one error of a response in which nothing else is."""
        answer = await self.answer(query, **variables)
        assert not any((answer.get("data") or {}).values()), answer
        [error] = answer["errors"]
        return error["extensions"]["code"], error["message"]

    async def do(self, mutation: str, **content: Any) -> Json:
        """All of a mutation's payload."""
        payload: Json = (await self.ask(mutation_of(mutation), input=content))[mutation]
        return payload

    async def malformed(self, mutation: str, **content: Any) -> tuple[str, str]:
        """Code and message of the error of a mutation that was not executed."""
        return await self.error(mutation_of(mutation), input=content)

    async def account(self, name: str) -> Json:
        """All about an account."""
        shown: Json = (
            await self.ask(
                f"query Account($name: String!) {{ account(name: $name) {{ {everything('Account')} }} }}", name=name
            )
        )["account"]
        return shown

    async def stored(self) -> dict[str, int]:
        """How many rows each table has, and the newest ordinal: the same before and after if nothing was kept."""
        async with self.database.connect() as connection, connection.begin():
            counts = {
                table.name: (await connection.execute(select(func.count()).select_from(table))).scalar_one()
                for table in metadata.sorted_tables
            }
            ordinal = (await connection.execute(select(tables.desk.c.ordinal))).scalar_one()
        return {**counts, "ordinal": ordinal}


def figures(record: Json, *names: str) -> list[Any]:
    """Some of a record's fields."""
    return [record[name] for name in names]


@asynccontextmanager
async def desk_on(
    database_url: str, clock: ClockKind = ClockKind.MARKET, wall: WallClock = wall_clock
) -> AsyncIterator[Client]:
    """A client of a desk that runs on a database for as long as the context lasts."""
    make_file(database_url)
    settings = ServerSettings(database_url=database_url, clock=clock)
    engine = LoopEngine(read_engine(settings.database))
    async with (
        running_desk(settings, wall) as desk,
        httpx.AsyncClient(transport=httpx.ASGITransport(desk.app), base_url="http://127.0.0.1") as http,
    ):
        yield Client(desk, http, engine)
    await engine.dispose()


@dataclass(frozen=True, slots=True)
class Trader:
    """An account of a test's own on a shared desk, with a symbol of its own, and what it says to the desk."""

    client: Client
    account: str
    symbol: str

    def a_signal(self, **content: Any) -> Json:
        """A signal that is executed at 100 (100.02 with slippage) and risks 2.02 a share; None leaves a field out."""
        whole: Mapping[str, Any] = {
            "account": self.account,
            "symbol": self.symbol,
            "side": "LONG",
            "timestamp": instant(OPENING),
            "marketPrice": "100",
            "stopLoss": "98",
            "target1": "104",
            "quantity": "100",
            **content,
        }
        return {name: value for name, value in whole.items() if value is not None}

    async def send(self, **content: Any) -> Json:
        """The answer to a signal."""
        return await self.client.do("executeSignal", **self.a_signal(**content))

    async def a_long(self, **content: Any) -> Json:
        """A position of 100 at 100.02 that cost 0.50."""
        payload = await self.send(**content)
        assert payload["errors"] == []
        position: Json = payload["position"]
        return position

    async def preview(self, **content: Any) -> Json:
        """The preview of a signal."""
        shown = everything("SignalPreview")
        query = f"query Preview($input: ExecuteSignalInput!) {{ previewSignal(input: $input) {{ {shown} }} }}"
        preview: Json = (await self.client.ask(query, input=self.a_signal(**content)))["previewSignal"]
        return preview

    async def do(self, mutation: str, **content: Any) -> Json:
        """The answer to a mutation of this account."""
        return await self.client.do(mutation, account=self.account, **content)

    async def totals(self) -> Json:
        """All about the account."""
        return await self.client.account(self.account)

    async def list(self, what: str, **arguments: Any) -> list[Json]:
        """The first hundred of a list, `positions` say, with everything in them."""
        nodes: list[Json] = (await self.page(what, **arguments))["nodes"]
        return nodes

    async def page(self, what: str, *, first: int = 100, after: str | None = None, filter: Json | None = None) -> Json:  # noqa: A002
        """A page of a list, as the connection that it is."""
        kind = what[:-1].capitalize()
        given, chosen = ("", "") if what == "sessions" else (f", $filter: {kind}Filter", ", filter: $filter")
        query = (
            f"query Page($account: String!, $first: Int!, $after: String{given}) "
            f"{{ {what}(account: $account, first: $first, after: $after{chosen}) "
            f"{{ edges {{ cursor node {{ id }} }} nodes {{ {everything(kind)} }} "
            f"pageInfo {{ {everything('PageInfo')} }} totalCount }} }}"
        )
        variables = {"account": self.account, "first": first, "after": after}
        if what != "sessions":
            variables["filter"] = filter
        page: Json = (await self.client.ask(query, **variables))[what]
        return page

    def a_bar(self, start: datetime, low: str, high: str, *, close: str | None = None, **content: Any) -> Json:
        """A day's bar that opens and closes at `close`, or at its low."""
        price = low if close is None else close
        return {
            "symbol": self.symbol,
            "start": instant(start),
            "end": instant(start + DAY),
            "open": price,
            "high": high,
            "low": low,
            "close": price,
            **content,
        }

    async def see(self, *bars: Json) -> Json:
        """The answer to some bars."""
        return await self.client.do("ingestBars", bars=list(bars))

    async def quote(self, time: datetime, price: str) -> Json:
        """The answer to a quote."""
        return await self.client.do(
            "ingestQuotes", quotes=[{"symbol": self.symbol, "time": instant(time), "price": price}]
        )


async def newcomer(client: Client, **settings: Any) -> Trader:
    """A trader with an enabled account and a symbol that nobody else uses."""
    number = next(_NUMBERS)
    trader = Trader(client, f"trader-{number}", f"SYM{number}")
    payload = await trader.do("enable", settings=settings)
    assert payload["errors"] == []
    return trader


@asynccontextmanager
async def nothing_is_kept(trader: Trader) -> AsyncIterator[None]:
    """Nothing that the desk stores, and nothing about the account, is other than before."""
    before = await trader.client.stored(), await trader.totals()
    yield
    assert (await trader.client.stored(), await trader.totals()) == before
