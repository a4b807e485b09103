"""The usual pick: FastAPI and SQLAlchemy's asynchronous ORM under uvicorn, uvloop and httptools.

A signal is one transaction, which locks the account's row, sums over its open positions, makes the checks, and writes
signal, position, fill, account and events.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import Depends, FastAPI, HTTPException, Request
from pydantic import BaseModel
from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from tests.benchmarks.yardsticks import models
from tests.benchmarks.yardsticks.checks import (
    HUNDRED,
    Execution,
    LastPrice,
    Order,
    Side,
    Standing,
    executed,
    raw_price,
    refusal,
)
from tests.benchmarks.yardsticks.serving import serve


class SignalInput(BaseModel):
    """A signal, as clients send it."""

    id: UUID | None = None
    account: str
    symbol: str
    side: Side
    quantity: Decimal
    stopLoss: Decimal  # noqa: N815 - the API's word
    target1: Decimal
    target2: Decimal | None = None
    marketPrice: Decimal | None = None  # noqa: N815
    campaignId: str | None = None  # noqa: N815
    timestamp: datetime | None = None

    def order(self) -> Order:
        """What is to be decided."""
        return Order(
            id=self.id or uuid4(),
            account=self.account,
            symbol=self.symbol,
            side=self.side,
            quantity=self.quantity,
            stop_loss=self.stopLoss,
            target1=self.target1,
            timestamp=self.timestamp or datetime.now(UTC),
            target2=self.target2,
            market_price=self.marketPrice,
            campaign_id=self.campaignId,
        )


class SignalAnswer(BaseModel):
    """What became of a signal."""

    signalId: UUID  # noqa: N815
    status: str
    refusal: str | None = None
    positionId: UUID | None = None  # noqa: N815
    entryPrice: Decimal | None = None  # noqa: N815


class AccountAnswer(BaseModel):
    """An account's figures."""

    equity: Decimal
    cash: Decimal
    buyingPower: Decimal  # noqa: N815
    heatPercent: Decimal  # noqa: N815
    openPositions: int  # noqa: N815
    tradeCount: int  # noqa: N815
    currentDrawdown: Decimal  # noqa: N815


class PositionAnswer(BaseModel):
    """An open position at its symbol's last price."""

    id: UUID
    symbol: str
    side: str
    status: str
    openQuantity: Decimal  # noqa: N815
    entryPrice: Decimal  # noqa: N815
    entryTime: datetime  # noqa: N815
    stopLoss: Decimal  # noqa: N815
    target1: Decimal
    target2: Decimal | None
    campaignId: str | None  # noqa: N815
    lastPrice: Decimal  # noqa: N815
    unrealizedPnl: Decimal  # noqa: N815
    commission: Decimal
    openRisk: Decimal  # noqa: N815


class Store:
    """The sessions of an application. SQLite has one writer, and those who wait for it do so in their order."""

    def __init__(self, url: str) -> None:
        self._writing = models.open_engine(url, writes=True)
        self._reading = models.open_engine(url, writes=False)
        self._write = async_sessionmaker(self._writing, expire_on_commit=False)
        self._read = async_sessionmaker(self._reading)
        self._turn = asyncio.Lock() if self._writing.dialect.name == "sqlite" else None

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """A session whose transaction is committed at the end."""
        turn: AbstractAsyncContextManager[None] = self._turn or nullcontext()
        async with turn, self._write.begin() as session:
            yield session

    def reading(self) -> AsyncSession:
        """A session to read with."""
        return self._read()

    async def close(self) -> None:
        """Close all connections."""
        await self._writing.dispose()
        await self._reading.dispose()


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Open the database whose URL is the first argument of the program."""
    app.state.store = Store(sys.argv[1])
    yield
    await app.state.store.close()


app = FastAPI(lifespan=lifespan)


def store_of(request: Request) -> Store:
    """The application's store."""
    store: Store = request.app.state.store
    return store


Stored = Annotated[Store, Depends(store_of)]


@app.post("/signals")
async def execute_signal(body: SignalInput, store: Stored) -> SignalAnswer:
    """Decide a signal, durably."""
    order = body.order()
    async with store.writing() as session:
        account = await _account(session, order.account, lock=True)
        known = await session.get(models.Signal, order.id)
        if known is not None:
            position = await session.get(models.Position, order.id)
            return _answer(known, position)
        return await _decide(session, account, order, body.model_dump_json())


@app.get("/accounts/{name}")
async def account_figures(name: str, store: Stored) -> AccountAnswer:
    """An account as it is now."""
    async with store.reading() as session:
        account = await _account(session, name, lock=False)
        standing = await _standing(session, account, None)
        held = select(func.count()).where(models.Position.account_id == account.id, models.Position.status == "OPEN")
        return AccountAnswer(
            equity=standing.equity,
            cash=account.cash,
            buyingPower=standing.buying_power,
            heatPercent=HUNDRED * standing.at_risk / standing.equity,
            openPositions=await session.scalar(held) or 0,
            tradeCount=account.trade_count,
            currentDrawdown=HUNDRED * max(Decimal(0), 1 - standing.equity / account.peak),
        )


@app.get("/accounts/{name}/positions")
async def open_positions(name: str, store: Stored, first: int = 50) -> list[PositionAnswer]:
    """The last positions that an account opened and still holds."""
    position, fill, market = models.Position, models.Fill, models.Market
    async with store.reading() as session:
        account = await _account(session, name, lock=False)
        query = (
            select(position, fill.time, market.price)
            .join(fill, (fill.position_id == position.id) & (fill.number == 1))
            .join(market, market.symbol == position.symbol)
            .where(position.account_id == account.id, position.status == "OPEN")
            .order_by(fill.time.desc())
            .limit(first)
        )
        return [_shown(held, time, price) for held, time, price in await session.execute(query)]


def _shown(held: models.Position, time: datetime, price: Decimal) -> PositionAnswer:
    return PositionAnswer(
        id=held.id,
        symbol=held.symbol,
        side="LONG" if held.sign > 0 else "SHORT",
        status=held.status,
        openQuantity=held.open_quantity,
        entryPrice=held.entry_price,
        entryTime=time,
        stopLoss=held.stop_loss,
        target1=held.target1,
        target2=held.target2,
        campaignId=held.campaign_id,
        lastPrice=price,
        unrealizedPnl=held.sign * held.open_quantity * (price - held.entry_price),
        commission=held.commission,
        openRisk=held.open_risk,
    )


async def _account(session: AsyncSession, name: str, *, lock: bool) -> models.Account:
    wanted = select(models.Account).where(models.Account.name == name)
    account = await session.scalar(wanted.with_for_update() if lock else wanted)
    if account is None:
        raise HTTPException(404, "there is no such account")
    return account


async def _standing(session: AsyncSession, account: models.Account, campaign_id: str | None) -> Standing:
    position = models.Position
    in_campaign = case((position.campaign_id == campaign_id, position.open_risk), else_=0)
    terms = (position.sign * position.worth, position.worth, position.open_risk, in_campaign)
    sums = [func.coalesce(func.sum(term), 0).cast(models.Money) for term in terms]
    held = select(*sums).where(position.account_id == account.id, position.status == "OPEN")
    row = (await session.execute(held)).one()
    net, gross, at_risk, campaign = row[0], row[1], row[2], row[3]
    return Standing(
        enabled=account.enabled,
        halted=account.halted,
        equity=account.cash + net,
        gross=gross,
        at_risk=at_risk,
        campaign_at_risk=campaign,
        leverage=account.leverage,
    )


async def _decide(session: AsyncSession, account: models.Account, order: Order, request: str) -> SignalAnswer:
    market = await session.get(models.Market, order.symbol)
    standing = await _standing(session, account, order.campaign_id)
    raw = raw_price(order, None if market is None else LastPrice(market.price, market.time))
    execution = None if isinstance(raw, str) else executed(order, raw)
    code = raw if execution is None else refusal(order, standing, execution)
    signal = models.Signal(
        id=order.id,
        account_id=account.id,
        symbol=order.symbol,
        status="EXECUTED" if code is None else "REJECTED",
        refusal=code,
        timestamp=order.timestamp,
        request=request,
    )
    session.add(signal)
    _journal(session, account, f"SIGNAL_{signal.status}", order.timestamp, request)
    position = None
    if code is None and execution is not None:
        position = _open_position(session, account, order, execution)
        _journal(session, account, "POSITION_OPENED", order.timestamp, request)
    return _answer(signal, position)


def _open_position(
    session: AsyncSession, account: models.Account, order: Order, execution: Execution
) -> models.Position:
    fill = models.Fill(
        number=1,
        time=order.timestamp,
        reason="ENTRY",
        quantity=order.quantity,
        price=execution.price,
        raw_price=execution.raw_price,
        amount=execution.amount,
        slippage=execution.slippage,
        commission=execution.commission,
    )
    position = models.Position(
        id=order.id,
        signal_id=order.id,
        account_id=account.id,
        symbol=order.symbol,
        sign=order.side.sign,
        campaign_id=order.campaign_id,
        status="OPEN",
        open_quantity=order.quantity,
        entry_price=execution.price,
        entry_amount=execution.amount,
        commission=execution.commission,
        stop_loss=order.stop_loss,
        target1=order.target1,
        target2=order.target2,
        worth=order.quantity * execution.raw_price,
        open_risk=execution.risk,
        fills=[fill],
    )
    session.add(position)
    account.cash -= order.side.sign * execution.amount + execution.commission
    return position


def _journal(session: AsyncSession, account: models.Account, kind: str, time: datetime, payload: str) -> None:
    account.seq += 1
    session.add(models.Event(account_id=account.id, seq=account.seq, kind=kind, time=time, payload=payload))


def _answer(signal: models.Signal, position: models.Position | None) -> SignalAnswer:
    return SignalAnswer(
        signalId=signal.id,
        status=signal.status,
        refusal=signal.refusal,
        positionId=None if position is None else position.id,
        entryPrice=None if position is None else position.entry_price,
    )


if __name__ == "__main__":
    serve(app, int(sys.argv[2]))
