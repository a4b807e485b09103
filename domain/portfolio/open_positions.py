"""An account's open positions, with what they sum to: kept by fills, so that no valuation goes through them."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from uuid import UUID
from weakref import ref

from domain.market.state import Market, market_of
from domain.money import LARGEST, ZERO, difference, plus, times, total
from domain.portfolio.by_symbol import BySymbol, Groups, with_item
from domain.portfolio.exposure import Amounts, Exposure, require_holdable, signed, with_risk
from domain.portfolio.overlay_map import OverlayMap
from domain.portfolio.position import Position

_Valued = tuple[ref[OverlayMap[str, Market]], Amounts]
"""The markets of a desk, and what positions were worth there."""
_NO_EXPOSURE = Exposure()


class OpenPositions(BySymbol[Position]):
    """The open positions by id. `exposures` are their sums by symbol; their open risk, in all and by campaign, is kept
    as well.

    What they were worth at the desk's markets that were asked for last is remembered, and each fill goes on from there:
    signals that follow each other while no price moves value nothing anew. It does not keep markets in memory, for each
    batch of bars makes new ones.
    """

    __slots__ = ("_campaign_risk", "_open_risk", "_valued", "exposures")

    def __init__(
        self,
        groups: Groups[Position],
        exposures: Mapping[str, Exposure],
        campaign_risk: Mapping[str, Decimal],
        open_risk: Decimal | None = None,
        valued: _Valued | None = None,
    ) -> None:
        super().__init__(groups)
        self.exposures = exposures
        self._campaign_risk = campaign_risk
        if open_risk is None:
            open_risk = total(exposure.open_risk for exposure in exposures.values())
        self._open_risk = open_risk
        self._valued = valued

    @classmethod
    def of(cls, positions: Iterable[Position]) -> "OpenPositions":
        """These positions, which are open."""
        groups: dict[str, dict[UUID, Position]] = {}
        exposures: dict[str, Exposure] = {}
        risk: Mapping[str, Decimal] = {}
        for position in sorted(positions, key=_own_price_until):
            symbol = position.symbol
            groups.setdefault(symbol, {})[position.id] = position
            exposures[symbol] = exposures.get(symbol, _NO_EXPOSURE).with_position(position)
            risk = with_risk(risk, position.campaign_id, position.exact_open_risk)
        return cls(groups, exposures, risk)

    def with_position(self, position: Position) -> "OpenPositions":
        """These positions with one as it stands now: opened, changed, or out of them once it is closed."""
        symbol, known = position.symbol, self.find(position.symbol, position.id)
        left = position if position.is_open else None
        before = after = self.exposures.get(symbol, _NO_EXPOSURE)
        campaign_risk, valued = self._campaign_risk, self._valued
        for changed, sign in ((known, -1), (left, 1)):
            if changed is not None:
                after, valued = after.with_position(changed, sign), _valued_with(valued, changed, sign)
                if changed.campaign_id is not None:
                    risk = times(sign, changed.exact_open_risk)
                    campaign_risk = with_risk(campaign_risk, changed.campaign_id, risk)
        groups, exposures = with_item(self._groups, symbol, position.id, left), {**self.exposures, symbol: after}
        if symbol not in groups:
            del exposures[symbol]
        open_risk = plus(self._open_risk, difference(after.open_risk, before.open_risk))
        return OpenPositions(groups, exposures, campaign_risk, open_risk, valued)

    def worth(self, markets: Mapping[str, Market]) -> Amounts:
        """What all are worth at the last prices, unrounded. Raises OutOfRange where what is held of a symbol cannot be
        held (R1)."""
        if (known := self.known_worth(markets)) is not None:
            return known
        net = gross = ZERO
        for symbol, exposure in self.exposures.items():
            worth = require_holdable(exposure, market_of(markets, symbol))
            net, gross = plus(net, worth.net), plus(gross, worth.gross)
        all_worth = Amounts(net, gross)
        if isinstance(markets, OverlayMap):
            self._valued = ref(markets), all_worth
        return all_worth

    def known_worth(self, markets: Mapping[str, Market]) -> Amounts | None:
        """What all are worth at the last prices, unrounded, if it is remembered."""
        known = self._valued
        return known[1] if known is not None and known[0]() is markets else None

    def traded_since(self, before: "OpenPositions") -> set[str]:
        """The symbols of which other sums were held before than are held now."""
        was, is_now = before.exposures, self.exposures
        changed = {symbol for symbol, exposure in is_now.items() if was.get(symbol) is not exposure}
        return changed | (was.keys() - is_now.keys())

    def open_risk(self, campaign_id: str | None = None) -> Decimal:
        """What all, or those of one campaign, lose at their stops, unrounded (R18)."""
        return self._open_risk if campaign_id is None else self._campaign_risk.get(campaign_id, ZERO)


NO_POSITIONS = OpenPositions({}, {}, {})


def _valued_with(valued: _Valued | None, position: Position, sign: int) -> _Valued | None:
    """What is remembered once a position is among those that are worth something, or where `sign` is -1, no more;
    nothing where all together might be more than can be held of a symbol."""
    if valued is None or (markets := valued[0]()) is None:
        return None
    mark = position.mark_at(markets.get(position.symbol))
    if mark is None:
        return valued
    worth = valued[1].plus(signed(position).at(mark.price), sign)
    return None if worth.gross > LARGEST else (valued[0], worth)


def _own_price_until(position: Position) -> int:
    return -1 if position.override_price is None else position.override_price.market_updates
