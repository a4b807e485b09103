"""A stand-in for the desk: just the fields that the examples ask for, and a position whose price moves."""

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal

import strawberry
from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute
from strawberry.asgi import GraphQL

from api.web import pages


@strawberry.type
class Session:
    number: int = 1
    started_at: str = "2024-01-02T00:00:00Z"
    starting_capital: Decimal = Decimal(100000)


@strawberry.type
class Account:
    name: str = "default"
    enabled: bool = True
    halt_reason: str | None = None
    session: Session = strawberry.field(default_factory=Session)
    currency: str = "USD"
    equity: Decimal = Decimal("100498.5")
    cash: Decimal = Decimal("90498.5")
    buying_power: Decimal = Decimal("90498.5")
    realized_pnl: Decimal = Decimal("498.5")
    unrealized_pnl: Decimal = Decimal(0)
    heat_percent: Decimal = Decimal("0.5")
    open_positions: int = 1
    working_signals: int = 0
    trade_count: int = 1
    win_rate: Decimal | None = Decimal(100)
    average_r: Decimal | None = Decimal("0.99")
    current_drawdown: Decimal = Decimal(0)
    cursor: str = "00000001"


@strawberry.type
class Fill:
    time: str = "2024-01-02T21:00:00Z"
    reason: str = "ENTRY"
    quantity: Decimal = Decimal(99)
    price: Decimal = Decimal("100.02")
    gap: bool = False


@strawberry.type
class Position:
    id: strawberry.ID = strawberry.ID("UG9zaXRpb246MQ==")
    symbol: str = "ACME"
    side: str = "LONG"
    status: str = "OPEN"
    quantity: Decimal = Decimal(99)
    open_quantity: Decimal = Decimal(99)
    entry_time: str = "2024-01-02T21:00:00Z"
    entry_price: Decimal = Decimal("100.02")
    last_price: Decimal = Decimal(100)
    stop_loss: Decimal = Decimal(95)
    target1: Decimal = Decimal(110)
    target2: Decimal | None = Decimal(120)
    unrealized_pnl: Decimal = Decimal("-1.98")
    realized_pnl: Decimal = Decimal(0)
    commission: Decimal = Decimal("0.495")
    slippage: Decimal = Decimal("1.98")
    open_risk: Decimal = Decimal("496.98")


@strawberry.type
class Trade:
    symbol: str = "ACME"
    side: str = "LONG"
    quantity: Decimal = Decimal(100)
    entry_time: str = "2024-01-02T21:00:00Z"
    entry_price: Decimal = Decimal(100)
    exit_time: str = "2024-01-03T21:00:00Z"
    exit_price: Decimal = Decimal(105)
    exit_reason: str = "TARGET_1"
    realized_pnl: Decimal = Decimal("498.5")
    r_multiple: Decimal | None = Decimal("0.997")
    commission: Decimal = Decimal(1)
    slippage: Decimal = Decimal("0.5")
    fills: list[Fill] = strawberry.field(default_factory=lambda: [Fill()])


@strawberry.type
class PageInfo:
    has_next_page: bool = False
    end_cursor: str | None = None


@strawberry.type
class PositionConnection:
    nodes: list[Position] = strawberry.field(default_factory=lambda: [Position()])
    page_info: PageInfo = strawberry.field(default_factory=PageInfo)
    total_count: int = 1


@strawberry.type
class TradeConnection:
    nodes: list[Trade] = strawberry.field(default_factory=lambda: [Trade()])
    page_info: PageInfo = strawberry.field(default_factory=PageInfo)
    total_count: int = 1


@strawberry.type
class UserError:
    code: str
    message: str
    field: list[str] | None = None
    limit: Decimal | None = None
    actual: Decimal | None = None


@strawberry.type
class Signal:
    signal_id: str = "6b1d2a52-0d5c-4a6e-9d8e-1f6f0a2b3c4d"
    status: str = "EXECUTED"
    timestamp: str = "2024-01-02T21:00:00Z"


@strawberry.type
class SignalPreview:
    accepted: bool = True
    errors: list[UserError] = strawberry.field(default_factory=list)
    side: str | None = "LONG"
    quantity: Decimal | None = Decimal(99)
    fill_price: Decimal | None = Decimal("100.02")
    commission: Decimal | None = Decimal("0.495")
    trade_risk_percent: Decimal | None = Decimal("0.49698")
    heat_percent: Decimal | None = Decimal("0.49698")
    buying_power: Decimal | None = Decimal("90498.5")


@strawberry.type
class ExecuteSignalPayload:
    signal: Signal | None = strawberry.field(default_factory=Signal)
    position: Position | None = strawberry.field(default_factory=Position)
    errors: list[UserError] = strawberry.field(default_factory=list)
    replayed: bool = False


@strawberry.type
class PositionEvent:
    cursor: str
    position: Position
    kind: str = "UPDATED"
    occurred_at: str = "2024-01-02T21:00:00Z"
    fill: Fill | None = None


@strawberry.input
class PositionFilter:
    open: bool | None = None


@strawberry.input
class ExecuteSignalInput:
    symbol: str
    side: str
    market_price: Decimal
    stop_loss: Decimal
    target1: Decimal
    target2: Decimal
    risk_percent: Decimal


@strawberry.type
class Query:
    @strawberry.field
    def clock(self) -> str:
        return "2024-01-02T21:00:00Z"

    @strawberry.field
    def account(self, name: str = "default") -> Account | None:
        return Account(name=name)

    @strawberry.field
    def positions(self, first: int = 50, filter: PositionFilter | None = None) -> PositionConnection:  # noqa: A002
        return PositionConnection()

    @strawberry.field
    def trades(self, first: int = 50, after: str | None = None) -> TradeConnection:
        return TradeConnection()

    @strawberry.field
    def preview_signal(self, input: ExecuteSignalInput) -> SignalPreview:  # noqa: A002
        return SignalPreview()


@strawberry.type
class Mutation:
    @strawberry.mutation
    def execute_signal(self, input: ExecuteSignalInput) -> ExecuteSignalPayload:  # noqa: A002
        return ExecuteSignalPayload()


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def position_events(
        self, symbols: list[str] | None = None, after: str | None = None
    ) -> AsyncIterator[PositionEvent]:
        for tick in range(1, 1_000):
            yield PositionEvent(cursor=f"{tick:08}", position=Position(last_price=Decimal(100 + tick)))
            await asyncio.sleep(0.2)


_graphql = GraphQL(strawberry.Schema(Query, Mutation, Subscription), graphql_ide=None)

app = Starlette(
    routes=[
        Route("/graphql", pages.graphiql, methods=["GET"]),
        Route("/graphql", _graphql, methods=["POST"]),
        WebSocketRoute("/graphql", _graphql),
        *pages.routes(),
    ]
)
