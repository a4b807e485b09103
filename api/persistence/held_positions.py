"""What accounts hold, out of raw rows: sums and levels at once, a Position only when somebody asks for it.

A desk that starts has very many open positions, of which the next commands concern a few. `OpenPositions.of` and
`levels_of` say the same of Positions, in many times the time and memory; a test holds both to the same desk.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from operator import itemgetter
from uuid import UUID

from sqlalchemy import Connection

from api.codec.json_codec import from_json
from api.persistence.raw_positions import PLACES, position_maker, raw_positions
from domain.engine.state import Leveled
from domain.engine.triggers import Levels, levels_of
from domain.instruments import AssetClass
from domain.matching.exit_rules import scaled_out
from domain.money import ONE, amount_of, fine_amount_of, units_of
from domain.orders.side import Side
from domain.orders.signal import ExitPlan
from domain.portfolio.exposure import Amounts, Exposure
from domain.portfolio.lazy_map import LazyMap, Stored
from domain.portfolio.open_positions import NO_POSITIONS, OpenPositions
from domain.portfolio.position import Position, PositionStatus

_SUMMED = itemgetter(
    *map(
        PLACES.__getitem__,
        ("symbol", "side", "stops", "entry_price", "open_quantity", "entry_amount_left", "entry_commission_left"),
    ),
    *map(PLACES.__getitem__, ("realized_pnl", "campaign_id", "override_price")),
)
_LEVELED = itemgetter(
    *map(PLACES.__getitem__, ("plan", "trail", "status", "open_quantity", "asset_class", "target1", "target2")),
)
_UNIT = units_of(ONE)
_LONG, _OPEN = Side.LONG.value, PositionStatus.OPEN.value


@dataclass(frozen=True, slots=True)
class Held:
    """The open positions of an account, and the levels of each."""

    positions: OpenPositions
    levels: Sequence[Leveled]


NOTHING_HELD = Held(NO_POSITIONS, ())


def held_positions(connection: Connection, accounts: Sequence[UUID]) -> dict[UUID, Held]:
    """What accounts hold, by the ids of those that hold anything."""
    reader = _Reader(position_maker(connection.dialect))
    return {account: reader.held(rows) for account, rows in raw_positions(connection, accounts).items()}


class _Reader:
    """Reads rows; values that are equal become one object, for most are equal."""

    def __init__(self, make: Callable[[UUID, Stored], Position]) -> None:
        self._make = make
        self._amount = cache(amount_of)
        self._fine_amount = cache(fine_amount_of)
        self._exposure = cache(self._exposure_of)
        self._levels = cache(self._levels_at)
        self._stop = cache(_stop_of)
        self._is_plain = cache(_is_plain)
        self._scales_out = cache(_scales_out)

    def held(self, rows: Iterable[tuple[UUID, Stored]]) -> Held:
        """What an account holds."""
        groups: dict[str, dict[UUID, Position | Stored]] = {}
        sums: dict[str, tuple[int, ...]] = {}
        risks: dict[str, int] = {}
        overridden: set[str] = set()
        levels: list[Leveled] = []
        for key, row in rows:
            symbol, side, stops, price, quantity, amount, commission, realized, campaign, override = _SUMMED(row)
            stop, is_long = self._stop(stops), side == _LONG
            risk = _risk(price, stop, quantity, amount, is_long=is_long)
            levels.append((key, symbol, self._levels_of(key, row, stop, is_long=is_long)))
            if symbol not in groups:
                groups[symbol], sums[symbol] = {}, (0, 0, 0, 0, 0, 0)
            groups[symbol][key] = row
            net, gross, amounts, commissions, total, earned = sums[symbol]
            net, amounts = (net + quantity, amounts + amount) if is_long else (net - quantity, amounts - amount)
            sums[symbol] = net, gross + quantity, amounts, commissions + commission, total + risk, earned + realized
            if campaign is not None and risk:
                risks[campaign] = risks.get(campaign, 0) + risk
            if override is not None:
                overridden.add(symbol)
        exposures = {symbol: self._exposure(*of) for symbol, of in sums.items()}
        lazy = {symbol: LazyMap(group, self._make) for symbol, group in groups.items()}
        for symbol in overridden:
            exposures |= OpenPositions.of(lazy[symbol].values()).exposures
        campaign_risk = {campaign: self._fine_amount(risk) for campaign, risk in risks.items()}
        return Held(OpenPositions(lazy, exposures, campaign_risk), levels)

    def _exposure_of(self, net: int, gross: int, amount: int, commission: int, risk: int, earned: int) -> Exposure:
        return Exposure(
            quantity=Amounts(self._amount(net), self._amount(gross)),
            entry_amount=self._amount(amount),
            entry_commission=self._amount(commission),
            open_risk=self._fine_amount(risk),
            realized_pnl=self._amount(earned),
        )

    def _levels_of(self, key: UUID, row: Stored, stop: int | None, *, is_long: bool) -> Levels:
        plan, trail, status, quantity, asset_class, target1, target2 = _LEVELED(row)
        if trail is not None or not self._is_plain(plan):
            return levels_of(self._make(key, row))
        is_first = target2 is None or (status == _OPEN and self._scales_out(plan, quantity, asset_class))
        target = target1 if is_first else target2
        return self._levels(stop, target) if is_long else self._levels(target, stop)

    def _levels_at(self, below: int | None, above: int | None) -> Levels:
        at_below, at_above = (() if units is None else (self._amount(units),) for units in (below, above))
        return Levels(at_below, at_above)


def _risk(price: int, stop: int | None, quantity: int, amount: int, *, is_long: bool) -> int:
    """What a position loses at its stop, or all that is left of its entry's amount: a count of the smallest squared."""
    if stop is None:
        return amount * _UNIT
    return max(0, price - stop if is_long else stop - price) * quantity


def _stop_of(stops: str) -> int | None:
    """The current one of a position's stops, if there is one."""
    levels = json.loads(stops)
    return units_of(Decimal(levels[-1]["price"])) if levels and "price" in levels[-1] else None


def _is_plain(plan: str) -> bool:
    """Whether no time takes the position out, and nothing of it was amended."""
    read: ExitPlan = from_json(plan, ExitPlan)
    return read.expires_at is None and read.max_holding_days is None and read.earlier is None


def _scales_out(plan: str, quantity: int, asset_class: str) -> bool:
    """Whether anything leaves at the first of two targets."""
    return scaled_out(from_json(plan, ExitPlan), amount_of(quantity), AssetClass(asset_class)) > 0
