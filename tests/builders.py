"""Builders that take only what a test needs, and a desk with one account.

Numbers are strings here, times are UTC and belong to one day unless they name their own, and every test of one
side can run on `TheDesk(Side.SHORT)` too: it mirrors each price at 100, on the way in and on the way out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from api.zones import zone_for
from domain.engine.commands import (
    AmendPosition,
    AmendSignal,
    CancelSignal,
    CloseAll,
    ClosePosition,
    Command,
    CommandId,
    Disable,
    Enable,
    ExecuteSignal,
    Ingest,
    Reset,
    Resume,
    ReversePosition,
    Times,
    UpdateSettings,
)
from domain.engine.decide.dispatch import decide, preview
from domain.engine.events import Event, JournalEntry, PositionEvent, SignalEvent, TradeEvent
from domain.engine.overdue import all_caught_up, watch_of
from domain.engine.results import CommandResult, Fact, Ingested
from domain.engine.state import Desk
from domain.engine.watch import EndedSession
from domain.instruments import AssetClass
from domain.market.bar import Bar
from domain.market.quote import Quote
from domain.market.update import MarketUpdate
from domain.money import amount_of, product, rounded, total
from domain.orders.amendment import PositionAmendment, SignalAmendment
from domain.orders.costs import PercentSlippage, PerOrderCommission, PerShareCommission, PerShareSlippage
from domain.orders.request import EntryType, Request, TimeInForce
from domain.orders.side import Pattern, Side
from domain.orders.signal import Signal, SignalStatus
from domain.orders.trailing_stop import TrailingStop
from domain.portfolio.account import Account
from domain.portfolio.fill import Fill, FillReason
from domain.portfolio.ledger_totals import LedgerTotals
from domain.portfolio.position import Position
from domain.portfolio.settings import IntrabarPolicy
from domain.portfolio.trade import Trade
from domain.portfolio.valuation import Markets, Valuation, equity, mark_of
from domain.portfolio.watermarks import EquityWatermarks
from domain.refusals import ErrorCode, Refusal
from domain.risk.limits import Assessment
from domain.validation import Invalid

D = Decimal
DAY = "2024-03-04"
WALL = datetime(2024, 12, 31, tzinfo=UTC)
FREE: dict[str, Any] = {"use_realistic_fills": False}
"""Settings under which a fill costs nothing (R12)."""

both_sides = pytest.mark.parametrize("side", list(Side), ids=lambda side: side.value)
both_policies = pytest.mark.parametrize("policy", list(IntrabarPolicy), ids=lambda policy: policy.value)


def at(text: str) -> datetime:
    """ "09:30" of the day, or a day of its own: "2024-03-05 09:30"."""
    return datetime.fromisoformat(text if "-" in text else f"{DAY} {text}").replace(tzinfo=UTC)


def a_bar(
    start: str,
    *,
    open: str = "100",  # noqa: A002 - the word of the trade
    high: str | None = None,
    low: str | None = None,
    close: str | None = None,
    volume: str | None = None,
    symbol: str = "AAPL",
    minutes: int = 30,
) -> Bar:
    """A bar that begins at `start`; what is not given follows from the open and the close."""
    opened = D(open)
    closed = opened if close is None else D(close)
    return Bar(
        symbol=symbol,
        start=at(start),
        end=at(start) + timedelta(minutes=minutes),
        open=opened,
        high=max(opened, closed) if high is None else D(high),
        low=min(opened, closed) if low is None else D(low),
        close=closed,
        volume=_maybe(volume),
    )


def a_quote(time: str, price: str, symbol: str = "AAPL") -> Quote:
    """One price at one time."""
    return Quote(symbol, at(time), D(price))


def a_signal(
    *,
    stop: str | None = "95",
    target: str | None = "110",
    target2: str | None = None,
    side: Side | None = Side.LONG,
    quantity: str | None = "100",
    risk: str | None = None,
    timestamp: str | None = "09:30",
    entry: EntryType = EntryType.MARKET,
    price: str | None = None,
    market: str | None = None,
    good_until: str | None = None,
    expires: str | None = None,
    symbol: str = "AAPL",
    asset_class: AssetClass = AssetClass.STOCK,
    pattern: Pattern | None = None,
    campaign: str | None = None,
    note: str | None = None,
    scale_out: str | None = None,
    break_even: bool | None = None,
    trailing: tuple[str, str] | TrailingStop | None = None,
    distance: str | None = None,
    stop_percent: str | None = None,
    target_r: str | None = None,
    target2_r: str | None = None,
    lasts: TimeInForce | None = None,
) -> Request:
    """A signal to buy 100 AAPL at the market; `market` is its own price, `price` that of a limit or stop entry,
    `trailing` the activation and offset of a trailing stop. A level relative to the fill takes the price's place."""
    return Request(
        symbol=symbol,
        asset_class=asset_class,
        side=side,
        pattern=pattern,
        stop_loss=_maybe(None if distance or stop_percent else stop),
        target1=_maybe(None if target_r else target),
        target2=_maybe(target2),
        quantity=None if risk else _maybe(quantity),
        risk_percent=_maybe(risk),
        timestamp=None if timestamp is None else at(timestamp),
        entry=entry,
        entry_price=_maybe(price),
        market_price=_maybe(market),
        good_until=None if good_until is None else at(good_until),
        expires_at=None if expires is None else at(expires),
        campaign_id=campaign,
        note=note,
        scale_out_percent=_maybe(scale_out),
        break_even_after_target1=break_even,
        trailing_stop=TrailingStop(D(trailing[0]), D(trailing[1])) if isinstance(trailing, tuple) else trailing,
        stop_distance=_maybe(distance),
        stop_percent=_maybe(stop_percent),
        target1_r=_maybe(target_r),
        target2_r=_maybe(target2_r),
        time_in_force=lasts,
    )


def a_limit(price: str, **fields: Any) -> Request:
    """A signal that waits to buy at `price` or better."""
    return a_signal(entry=EntryType.LIMIT, price=price, **fields)


def a_stop_entry(price: str, **fields: Any) -> Request:
    """A signal that waits to buy once the market is at `price` or beyond."""
    return a_signal(entry=EntryType.STOP, price=price, **fields)


def an_at_close(**fields: Any) -> Request:
    """A signal that fills at the close of a bar."""
    return a_signal(entry=EntryType.AT_CLOSE, **fields)


def a_next_open(**fields: Any) -> Request:
    """A signal that waits for the next bar's open."""
    return a_signal(entry=EntryType.NEXT_OPEN, **fields)


def percent(text: str) -> PercentSlippage:
    """Slippage in percent of the price."""
    return PercentSlippage(D(text))


def per_share(text: str) -> PerShareSlippage:
    """Slippage per share."""
    return PerShareSlippage(D(text))


def per_order(text: str) -> PerOrderCommission:
    """Commission per order."""
    return PerOrderCommission(D(text))


def commission(rate: str, minimum: str | None = None, maximum_percent: str | None = None) -> PerShareCommission:
    """Commission per share."""
    return PerShareCommission(D(rate), _maybe(minimum), _maybe(maximum_percent))


def signal_id(number: int) -> UUID:
    """The client's id of the nth signal."""
    return UUID(int=number)


class TheDesk:
    """A desk with one account, which keeps all facts.

    After each command it checks that the ledger balances (R29-R31), and that a refusal changed nothing (R20).
    """

    def __init__(self, side: Side = Side.LONG, *, enabled: bool = True, wall: datetime = WALL, **settings: Any):
        self.side = side
        self.account_name = "default"
        self.wall = wall
        self.desk = Desk()
        self.facts: list[Fact] = []
        self.points: dict[tuple[UUID, int, datetime], Decimal] = {}
        self.days: dict[tuple[UUID, int, date], Decimal] = {}
        self.archived: list[EndedSession] = []
        self._count = 0
        if enabled:
            self.enable(**settings)

    # commands

    def enable(self, **settings: Any) -> CommandResult:
        return self._decide(
            Enable(self.account_name, UUID(bytes=self.account_name.encode().ljust(16)[:16]), settings or None)
        )

    def disable(self) -> CommandResult:
        return self._decide(Disable(self.account_name))

    def reset(self, session: int | None = None, *, once: int | None = None, **settings: Any) -> CommandResult:
        """Reset; with the nth id, once."""
        return self._decide(Reset(self.account_name, settings or None, session, self._once(once)))

    def change(self, *, once: int | None = None, **settings: Any) -> CommandResult:
        return self._decide(UpdateSettings(self.account_name, settings, self._once(once)))

    def resume(self, *, once: int | None = None) -> CommandResult:
        return self._decide(Resume(self.account_name, self._once(once)))

    def send(self, request: Request, number: int | None = None) -> CommandResult:
        """Send a signal: the nth, or the next."""
        self._count = self._count + 1 if number is None else number
        return self._decide(self._execute_signal(request, self._count))

    def preview(self, request: Request) -> Assessment:
        return preview(self.desk, self._execute_signal(request, self._count + 1), self.times)

    def cancel(self, number: int = 1, *, once: int | None = None) -> CommandResult:
        return self._decide(CancelSignal(self.account_name, self._id(number), signal_id(number), self._once(once)))

    def close(
        self,
        number: int = 1,
        *,
        quantity: str | None = None,
        percent: str | None = None,
        market: str | None = None,
        timestamp: str | None = None,
        once: int | None = None,
        by_signal: bool = False,
    ) -> CommandResult:
        """Close the nth signal's position by hand, or a part of it."""
        return self._decide(
            ClosePosition(
                self.account_name,
                self._id(number),
                None if market is None else self._mirrored(D(market)),
                None if timestamp is None else at(timestamp),
                self._once(once),
                _maybe(quantity),
                _maybe(percent),
                signal_id(number) if by_signal else None,
            )
        )

    def close_all(
        self,
        symbol: str | None = None,
        *,
        timestamp: str | None = None,
        once: int | None = None,
        market: str | None = None,
    ) -> CommandResult:
        """Close all that is open, or what is open of a symbol."""
        time = None if timestamp is None else at(timestamp)
        price = None if market is None else self._mirrored(D(market))
        return self._decide(CloseAll(self.account_name, symbol, time, self._once(once), price))

    def reverse(self, request: Request, number: int = 1, own: int | None = None) -> CommandResult:
        """Reverse the nth signal's position by the next signal, or the one numbered."""
        self._count = self._count + 1 if own is None else own
        signal = self._execute_signal(request, self._count)
        return self._decide(ReversePosition(self.account_name, self._id(number), signal))

    def amend(self, number: int = 1, **options: Any) -> CommandResult:
        """Amend the nth signal's position: its fields by their names, prices as text, None to take one away."""
        return self._decide(self.position_amendment(number, **options))

    def amend_signal(self, number: int = 1, **options: Any) -> CommandResult:
        """Amend the nth signal, which waits."""
        return self._decide(self.signal_amendment(number, **options))

    def position_amendment(
        self, number: int = 1, *, at_time: str | None = None, as_of: int | None = None, once: int | None = None,
        **changes: Any,
    ) -> AmendPosition:  # fmt: skip
        amendment = PositionAmendment(tuple(changes), **self._amended(changes))
        time = None if at_time is None else at(at_time)
        once_id = self._once(once)
        return AmendPosition(self.account_name, self._id(number), amendment, time, as_of, command_id=once_id)

    def signal_amendment(
        self, number: int = 1, *, at_time: str | None = None, as_of: int | None = None, once: int | None = None,
        **changes: Any,
    ) -> AmendSignal:  # fmt: skip
        amendment = SignalAmendment(tuple(changes), **self._amended(changes))
        time, key = None if at_time is None else at(at_time), self._id(number)
        return AmendSignal(self.account_name, key, signal_id(number), amendment, time, as_of, self._once(once))

    def _amended(self, changes: dict[str, Any]) -> dict[str, Any]:
        return {name: self._amended_value(name, value) for name, value in changes.items()}

    def _amended_value(self, name: str, value: Any) -> Any:
        match name, value:
            case _, None:
                return None
            case (("stop_loss" | "target1" | "target2" | "entry_price"), str()):
                return self._mirrored(D(value))
            case "trailing_stop", (activation, offset):
                return TrailingStop(self._mirrored(D(activation)), D(offset))
            case (("expires_at" | "good_until"), str()):
                return at(value)
            case (("quantity" | "risk_percent"), str()):
                return D(value)
        return value

    def bars(self, *updates: MarketUpdate | Invalid) -> Ingested:
        """Apply market data in one batch."""
        result = self._decide(Ingest([self._mirrored_update(update) for update in updates]))
        assert result.ingested is not None
        return result.ingested

    def quote(self, time: str, price: str, symbol: str = "AAPL") -> Ingested:
        return self.bars(a_quote(time, price, symbol))

    def rejected(self, *updates: MarketUpdate | Invalid) -> list[tuple[int, str]]:
        """Apply market data; the indices and outcomes of what was not applied."""
        return [(rejection.index, rejection.outcome.value) for rejection in self.bars(*updates).rejected]

    def refusal_of(self, result: CommandResult) -> Refusal:
        assert result.refusal is not None
        return result.refusal

    def signal_of(self, result: CommandResult) -> Signal:
        assert result.signal is not None
        return result.signal

    def refuses(self, request: Request, number: int | None = None) -> Refusal:
        """Send a signal that is refused; why."""
        return self.refusal_of(self.send(request, number))

    def code(self, request: Request, number: int | None = None) -> ErrorCode | None:
        """Send a signal; the code of its refusal, if it is refused."""
        refusal = self.send(request, number).refusal
        return None if refusal is None else refusal.code

    # figures

    @property
    def times(self) -> Times:
        """The wall clock, and a desk's clock that runs on market time (R2)."""
        return Times(self.wall, self.desk.latest_end or self.wall)

    @property
    def account(self) -> Account:
        return self.desk.accounts[self.account_name]

    @property
    def totals(self) -> LedgerTotals:
        return self.account.totals

    @property
    def cash(self) -> Decimal:
        return self.totals.cash

    @property
    def equity(self) -> Decimal:
        return equity(self.account, self.desk.markets)

    @property
    def earned(self) -> Decimal:
        """Equity less starting capital."""
        return self.equity - self.account.session.starting_capital

    @property
    def unrealized(self) -> Decimal:
        return Valuation.of(self.account, self.desk.markets).unrealized_pnl

    @property
    def buying_power(self) -> Decimal:
        return Valuation.of(self.account, self.desk.markets).shown_buying_power

    @property
    def heat(self) -> Decimal | None:
        return Valuation.of(self.account, self.desk.markets).heat_percent

    @property
    def events(self) -> list[Event]:
        return [fact.event for fact in self.facts if isinstance(fact, JournalEntry)]

    def signal(self, number: int = 1) -> Signal:
        """The nth signal as it now stands."""
        wanted = self._id(number)
        signals = [
            event.signal for event in self.events if isinstance(event, SignalEvent) and event.signal.id == wanted
        ]
        return signals[-1]

    def last_price(self, symbol: str = "AAPL") -> str | None:
        """The symbol's last price, and when it was that: "100 at 10:00"."""
        mark = self.desk.market(symbol).last
        return None if mark is None else f"{text(self._mirrored(mark.price))} at {mark.time:%H:%M}"

    def status(self, number: int = 1) -> str:
        return self.signal(number).status.value

    def position(self, number: int = 1) -> Position:
        """The nth signal's position as it now stands, open or not."""
        return self.position_events(number)[-1].position

    def position_events(self, number: int = 1) -> list[PositionEvent]:
        wanted = self._id(number)
        return [event for event in self.events if isinstance(event, PositionEvent) and event.position.id == wanted]

    def kinds(self, number: int = 1) -> list[str]:
        return [position_event.kind.value for position_event in self.position_events(number)]

    def trade(self, number: int = 1) -> Trade:
        """The nth signal's round trip."""
        wanted = self._id(number)
        (trade,) = [event.trade for event in self.events if isinstance(event, TradeEvent) and event.trade.id == wanted]
        return trade

    def has_position(self, number: int = 1) -> bool:
        return bool(self.position_events(number))

    def fill(self, number: int = 1) -> Fill:
        """The entry fill of the nth signal's position."""
        return self.position(number).fills[0]

    def exit(self, number: int = 1) -> Fill:
        """The last exit of the nth signal's position."""
        assert len(self.position(number).fills) > 1
        return self.position(number).fills[-1]

    def entry(self, number: int = 1) -> str:
        """The entry fill, as a line."""
        return self.line(self.fill(number))

    def exits(self, number: int = 1) -> list[str]:
        """The exit fills, a line each."""
        return [self.line(fill) for fill in self.position(number).fills[1:]]

    def line(self, fill: Fill) -> str:
        """A fill in one line: "STOP_LOSS 100 @ 93.98 gap"."""
        flags = [name for name, is_set in (("gap", fill.gap), ("ambiguous", fill.ambiguous)) if is_set]
        words = [fill.reason.value, text(fill.quantity), "@", text(self._mirrored(fill.price)), *flags]
        return " ".join(words)

    def stop(self, number: int = 1) -> str | None:
        """The current stop of the nth signal's position, if it has one."""
        stop = self.position(number).stop
        return None if stop is None else text(self._mirrored(stop))

    @property
    def working(self) -> list[int]:
        return sorted(signal.signal_id.int for signal in self.account.working.values())

    @property
    def open(self) -> list[int]:
        """The numbers of the signals whose positions are open."""
        return sorted(position.signal_id.int for position in self.account.positions.values())

    @property
    def curve(self) -> list[tuple[datetime, Decimal]]:
        """The points of the account's equity curve, as they were observed."""
        return [(key[2], equity) for key, equity in self.points.items() if key[0] == self.account.id]

    @property
    def watermarks(self) -> EquityWatermarks:
        """What watching the account's equity gave."""
        return watch_of(self.desk, self.account_name).watermarks

    # internals

    def _execute_signal(self, request: Request, number: int) -> ExecuteSignal:
        return ExecuteSignal(self.account_name, self._id(number), signal_id(number), self._mirrored_request(request))

    def _id(self, number: int) -> UUID:
        return UUID(int=number + 1_000 * (self.account_name != "default"))

    def _once(self, number: int | None) -> CommandId | None:
        return None if number is None else CommandId(self._id(number), signal_id(number))

    def _decide(self, command: Command) -> CommandResult:
        before = self.desk.accounts.get(self.account_name)
        decision = decide(self.desk, command, replace(self.times, zone=zone_for(command, self.desk)))
        self.desk = decision.desk
        self.facts.extend(decision.facts)
        for curve in (*decision.curves, *all_caught_up(decision.desk)[1]):
            place = curve.account_id, curve.session
            self.points |= {(*place, time): amount_of(equity) for time, equity in curve.growth.points.items()}
            self.days |= {(*place, day): equity for day, equity in curve.growth.days.items()}
        self.archived.extend(decision.archived)
        after = self.desk.accounts.get(self.account_name)
        if decision.result.refusal is not None:
            _assert_nothing_happened(before, after, decision.facts)
        for account in self.desk.accounts.values():
            self._assert_the_ledger_balances(account)
        return decision.result

    def _assert_the_ledger_balances(self, account: Account) -> None:
        assert_the_ledger_balances(account, self.desk.markets)
        assert account.totals.cash == account.session.starting_capital + sum(self._cash_flows(account), D(0))

    def _cash_flows(self, account: Account) -> Iterable[Decimal]:
        for event in self.events:
            if not isinstance(event, PositionEvent) or event.fill is None:
                continue
            position, fill = event.position, event.fill
            if position.account_id == account.id and position.session == account.session.number:
                sign = position.side.sign * (-1 if fill.reason is FillReason.ENTRY else 1)
                yield sign * fill.amount - fill.commission

    def _mirrored(self, price: Decimal) -> Decimal:
        return price if self.side is Side.LONG else 200 - price

    def _mirrored_update(self, update: MarketUpdate | Invalid) -> MarketUpdate | Invalid:
        if self.side is Side.LONG:
            return update
        match update:
            case Bar(open=open_, high=high, low=low, close=close):
                return replace(update, open=200 - open_, high=200 - low, low=200 - high, close=200 - close)
            case Quote(price=price):
                return replace(update, price=200 - price)
            case Invalid():
                return update

    def _mirrored_request(self, request: Request) -> Request:
        if self.side is Side.LONG:
            return request
        trailing = request.trailing_stop
        return replace(
            request,
            side=None if request.side is None else _OTHER[request.side],
            stop_loss=_maybe_mirrored(request.stop_loss),
            target1=_maybe_mirrored(request.target1),
            target2=_maybe_mirrored(request.target2),
            entry_price=_maybe_mirrored(request.entry_price),
            market_price=_maybe_mirrored(request.market_price),
            trailing_stop=trailing and replace(trailing, activation=_maybe_mirrored(trailing.activation)),
        )


_OTHER = {Side.LONG: Side.SHORT, Side.SHORT: Side.LONG}


def text(number: Decimal) -> str:
    """A number without trailing zeros."""
    return format(number.normalize(), "f")


def _maybe(number: str | None) -> Decimal | None:
    return None if number is None else D(number)


def _maybe_mirrored(price: Decimal | None) -> Decimal | None:
    return None if price is None else 200 - price


def _assert_nothing_happened(before: Account | None, after: Account | None, facts: Sequence[Fact]) -> None:
    """On a refusal the account is as it was; at most the refused signal is journaled (R20)."""
    events = [fact.event for fact in facts if isinstance(fact, JournalEntry)]
    assert len(events) == len(facts) <= 1
    assert all(isinstance(event, SignalEvent) and event.signal.status is SignalStatus.REJECTED for event in events)
    if before is None or after is None:
        assert before is after
        return
    assert replace(after, seq=before.seq, signal_count=before.signal_count) == before


def holding(
    side: Side, policy: IntrabarPolicy = IntrabarPolicy.PESSIMISTIC, *, desk: TheDesk | None = None, **signal: Any
) -> TheDesk:
    """A desk that holds 100 shares since 09:30, bought at 100, with a stop at 95 and targets at 105 and 110."""
    desk = desk or TheDesk(side, slippage=per_share("0.02"), intrabar=policy)
    desk.send(a_signal(**{"market": "100", "stop": "95", "target": "105", "target2": "110", **signal}))
    return desk


def assert_the_ledger_balances(account: Account, markets: Markets) -> None:
    """The identities of an account's ledger: R29 to R31."""
    held, totals, capital = account.positions.values(), account.totals, account.session.starting_capital
    marked = total(
        position.side.sign * product(position.open_quantity, mark_of(position, markets).price) for position in held
    )
    unshared = sum((position.entry_commission_left for position in held), D(0))
    valuation = Valuation.of(account, markets)
    assert valuation.equity == totals.cash + rounded(marked)
    assert valuation.equity - capital == totals.realized_pnl + valuation.unrealized_pnl - unshared
    if not held:
        assert totals.realized_pnl == totals.cash - capital
