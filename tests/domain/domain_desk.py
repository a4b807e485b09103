"""The domain behind the interface of `tests.model.Desk`: plain values in, plain dicts out."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from api.zones import zone_for
from domain.analytics.curve import periods_in_a_year
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
from domain.engine.decide.dispatch import decide
from domain.engine.events import JournalEntry, PositionEvent, SignalEvent
from domain.engine.overdue import watch_of
from domain.engine.results import CommandResult, Decision, Fact, InputOutcome
from domain.engine.state import Desk
from domain.instruments import AssetClass
from domain.market.bar import Bar
from domain.market.quote import Quote
from domain.market.update import MarketUpdate
from domain.money import figure
from domain.orders.amendment import PositionAmendment, SignalAmendment
from domain.orders.costs import (
    BasisPointsCommission,
    PercentSlippage,
    PerOrderCommission,
    PerShareCommission,
    PerShareSlippage,
    VolumeShareSlippage,
)
from domain.orders.request import EntryType, Request, TimeInForce
from domain.orders.side import Pattern, Side
from domain.orders.signal import Signal
from domain.orders.trailing_stop import TrailingStop
from domain.portfolio.account import Account
from domain.portfolio.position import Position
from domain.portfolio.settings import IntrabarPolicy, LimitFill
from domain.portfolio.valuation import Markets, Valuation
from domain.portfolio.watermarks import EquityWatermarks
from domain.validation import Invalid

Record = dict[str, Any]

_NAMESPACE = UUID("8a5a1f7e-0000-4000-8000-000000000000")
_ENUMS: dict[str, Any] = {
    "asset_class": AssetClass,
    "side": Side,
    "pattern": Pattern,
    "entry": EntryType,
    "time_in_force": TimeInForce,
}


class DomainDesk:
    """A desk that keeps its state, its journal and its last decision."""

    def __init__(self, wall: datetime) -> None:
        self.wall = wall
        self.desk = Desk()
        self.journal: list[Fact] = []
        self.decision: Decision | None = None

    def decision_of(self, method: str, arguments: Record) -> Decision | None:
        """The decision of a step of a scenario; None where its input is invalid."""
        self.decision = None
        getattr(self, method)(**arguments)
        return self.decision

    # Commands

    def enable(self, name: str, settings: Record | None = None) -> Record:
        changes = None if settings is None else settings_of(settings)
        return self._refusal(Enable(name, uuid5(_NAMESPACE, name), changes))

    def update_settings(self, name: str, settings: Record, once: str | None = None) -> Record:
        return self._once(UpdateSettings(name, settings_of(settings), command_id(name, once)))

    def disable(self, name: str) -> Record:
        return self._refusal(Disable(name))

    def reset(
        self, name: str, settings: Record | None = None, session: int | None = None, once: str | None = None
    ) -> Record:
        changes = None if settings is None else settings_of(settings)
        return self._once(Reset(name, changes, session, command_id(name, once)))

    def resume(self, name: str, once: str | None = None) -> Record:
        return self._once(Resume(name, command_id(name, once)))

    def execute_signal(self, name: str, signal: Record) -> Record:
        try:
            command = ExecuteSignal(name, desk_id(name, signal["id"]), UUID(signal["id"]), request_of(signal))
        except Invalid:
            return {"status": None, "error": "INVALID_INPUT", "replayed": False}
        result = self._decide(command)
        status = None if result.signal is None else result.signal.status.value
        return {"status": status, **refusal_of(result), "replayed": result.replayed}

    def reverse_position(self, name: str, signal_id: str, signal: Record) -> Record:
        try:
            own = ExecuteSignal(name, desk_id(name, signal["id"]), UUID(signal["id"]), request_of(signal))
            command = ReversePosition(name, desk_id(name, signal_id), own)
        except Invalid:
            return {"status": None, "error": "INVALID_INPUT", "replayed": False}
        result = self._decide(command)
        status = None if result.signal is None else result.signal.status.value
        return {"status": status, **refusal_of(result), "replayed": result.replayed}

    def cancel_signal(self, name: str, signal_id: str, once: str | None = None) -> Record:
        return self._once(CancelSignal(name, desk_id(name, signal_id), UUID(signal_id), command_id(name, once)))

    def close_position(
        self,
        name: str,
        signal_id: str,
        market_price: Decimal | None = None,
        timestamp: datetime | None = None,
        once: str | None = None,
        quantity: Decimal | None = None,
        percent: Decimal | None = None,
    ) -> Record:
        position_id, sent = desk_id(name, signal_id), command_id(name, once)
        try:
            command = ClosePosition(name, position_id, market_price, timestamp, sent, quantity, percent)
        except Invalid:
            return {"error": "INVALID_INPUT", "replayed": False}
        return self._once(command)

    def close_all(
        self,
        name: str,
        symbol: str | None = None,
        timestamp: datetime | None = None,
        once: str | None = None,
        market_price: Decimal | None = None,
    ) -> Record:
        return self._once(CloseAll(name, symbol, timestamp, command_id(name, once), market_price))

    def amend_position(
        self,
        name: str,
        signal_id: str,
        changes: Record,
        timestamp: datetime | None = None,
        once: str | None = None,
    ) -> Record:
        try:
            amendment = PositionAmendment(tuple(changes), **amended_of(changes))
        except Invalid:
            return {"error": "INVALID_INPUT", "replayed": False}
        key = desk_id(name, signal_id)
        return self._once(AmendPosition(name, key, amendment, timestamp, command_id=command_id(name, once)))

    def amend_signal(
        self,
        name: str,
        signal_id: str,
        changes: Record,
        timestamp: datetime | None = None,
        once: str | None = None,
    ) -> Record:
        try:
            amendment = SignalAmendment(tuple(changes), **amended_of(changes))
        except Invalid:
            return {"error": "INVALID_INPUT", "replayed": False}
        key, once_id = desk_id(name, signal_id), command_id(name, once)
        return self._once(AmendSignal(name, key, UUID(signal_id), amendment, timestamp, command_id=once_id))

    def ingest(self, batch: list[Record]) -> Record:
        done = self._decide(Ingest([update_of(item) for item in batch])).ingested
        assert done is not None
        rejected = {outcome.value.lower(): done.count(outcome) for outcome in InputOutcome}
        return {"applied": done.applied, "duplicate": done.duplicate, "fills": done.fills, **rejected}

    def _refusal(self, command: Command) -> Record:
        return refusal_of(self._decide(command))

    def _once(self, command: Command) -> Record:
        result = self._decide(command)
        return {**refusal_of(result), "replayed": result.replayed}

    def _decide(self, command: Command) -> CommandResult:
        self.decision = decide(self.desk, command, self.times_for(self.desk, command))
        self.desk = self.decision.desk
        self.journal.extend(self.decision.facts)
        return self.decision.result

    def times_for(self, desk: Desk, command: Command) -> Times:
        """The times of a command: the desk runs on the market's clock once there is one (R2)."""
        return Times(self.wall, desk.latest_end or self.wall, zone_for(command, desk))

    # What may be seen

    def entries(self, name: str) -> list[JournalEntry]:
        account_id = self.desk.accounts[name].id
        return [entry for entry in self.journal if isinstance(entry, JournalEntry) and entry.account_id == account_id]

    def account(self, name: str) -> Record:
        watermarks = watch_of(self.desk, name).watermarks
        return seen_account(self.desk.accounts[name], self.desk.markets, watermarks)

    def positions(self, name: str) -> dict[str, Record]:
        events = [entry.event for entry in self.entries(name)]
        last = {str(e.position.signal_id): e.position for e in events if isinstance(e, PositionEvent)}
        return {key: seen_position(position) for key, position in last.items()}

    def signals(self, name: str) -> dict[str, Record]:
        events = [entry.event for entry in self.entries(name)]
        last: dict[str, Signal] = {str(e.signal.signal_id): e.signal for e in events if isinstance(e, SignalEvent)}
        return {
            key: {"status": signal.status.value, "error": signal.refusal and signal.refusal.code.value}
            for key, signal in last.items()
        }


def desk_id(name: str, signal_id: str) -> UUID:
    return uuid5(_NAMESPACE, f"{name}/{signal_id}")


def command_id(name: str, sent: str | None) -> CommandId | None:
    return None if sent is None else CommandId(desk_id(name, sent), UUID(sent))


def refusal_of(result: CommandResult) -> Record:
    return {"error": None if result.refusal is None else result.refusal.code.value}


def seen_account(account: Account, markets: Markets, watermarks: EquityWatermarks) -> Record:
    totals = account.totals
    valuation = Valuation.of(account, markets)
    heat = valuation.heat_percent
    return {
        "cash": totals.cash,
        "equity": valuation.equity,
        "realized": totals.realized_pnl,
        "unrealized": valuation.unrealized_pnl,
        "commission": totals.commission,
        "slippage": totals.slippage,
        "heat": None if heat is None else figure(heat),
        "buying_power": valuation.shown_buying_power,
        "peak": watermarks.running_peak,
        "drawdown": figure(watermarks.drawdown),
        "max_drawdown": figure(watermarks.max_drawdown),
        "enabled": account.enabled,
        "halted": account.halt_reason is not None,
        "session": account.session.number,
        "open_positions": len(account.positions),
        "working": len(account.working),
        "trades": totals.trades,
        "wins": totals.wins,
        "losses": totals.losses,
        "day": watermarks.day,
        "day_reference": watermarks.day_reference,
        "day_before": watermarks.day_before,
        "periods_per_year": periods_in_a_year(account.settings, totals),
    }


def seen_position(position: Position) -> Record:
    return {
        "status": position.status.value,
        "quantity": position.quantity,
        "open_quantity": position.open_quantity,
        "entry_time": position.entry_time,
        "stop": position.stop,
        "target1": position.target1,
        "target2": position.target2,
        "realized": position.realized_pnl,
        "fills": [
            {
                "time": fill.time,
                "reason": fill.reason.value,
                "quantity": fill.quantity,
                "price": fill.price,
                "raw_price": fill.raw_price,
                "slippage": fill.slippage,
                "commission": fill.commission,
                "gap": fill.gap,
                "ambiguous": fill.ambiguous,
            }
            for fill in position.fills
        ],
    }


def update_of(item: Record) -> MarketUpdate:
    return Quote(**item) if "time" in item else Bar(**item)


def request_of(signal: Record) -> Request:
    values = {key: value for key, value in signal.items() if key != "id"}
    values |= {key: kind(values[key]) for key, kind in _ENUMS.items() if key in values}
    if "trailing_stop" in values:
        values["trailing_stop"] = TrailingStop(**values["trailing_stop"])
    return Request(**values)


def amended_of(changes: Record) -> Record:
    trailing = changes.get("trailing_stop")
    return changes if trailing is None else {**changes, "trailing_stop": TrailingStop(**trailing)}


def settings_of(settings: Record) -> Record:
    values = dict(settings)
    for key, kinds in (("slippage", _SLIPPAGES), ("commission", _COMMISSIONS)):
        if values.get(key) is not None:
            ((model, figures),) = values[key].items()
            values[key] = kinds[model](**figures) if isinstance(figures, dict) else kinds[model](figures)
    if values.get("intrabar") is not None:
        values["intrabar"] = IntrabarPolicy(values["intrabar"])
    if values.get("limit_fill") is not None:
        values["limit_fill"] = LimitFill(values["limit_fill"])
    return values


_SLIPPAGES: dict[str, Any] = {
    "percent": PercentSlippage,
    "per_share": PerShareSlippage,
    "volume_share": VolumeShareSlippage,
}
_COMMISSIONS: dict[str, Any] = {
    "per_share": PerShareCommission,
    "basis_points": BasisPointsCommission,
    "per_order": PerOrderCommission,
}


def differences(domain: dict[str, Any], model: dict[str, Any]) -> dict[str, Any]:
    """The figures in which the two differ."""
    keys = domain.keys() | model.keys()
    pairs = {key: (domain.get(key), model.get(key)) for key in keys}
    return {key: pair for key, pair in pairs.items() if pair[0] != pair[1]}
