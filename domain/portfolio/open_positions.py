"""An account's open positions, with what they sum to: kept by fills, so that no valuation goes through them."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from uuid import UUID

from domain.money import ZERO, times, total
from domain.portfolio.by_symbol import BySymbol, Groups, with_item
from domain.portfolio.exposure import Exposure, with_risk
from domain.portfolio.position import Position

_NO_EXPOSURE = Exposure()


class OpenPositions(BySymbol[Position]):
    """The open positions by id. `exposures` are their sums by symbol; their open risk by campaign is kept as well."""

    __slots__ = ("_campaign_risk", "exposures")

    def __init__(
        self, groups: Groups[Position], exposures: Mapping[str, Exposure], campaign_risk: Mapping[str, Decimal]
    ) -> None:
        super().__init__(groups)
        self.exposures = exposures
        self._campaign_risk = campaign_risk

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
        symbol, known = position.symbol, self.of_symbol(position.symbol).get(position.id)
        left = position if position.is_open else None
        exposure, risk = self.exposures.get(symbol, _NO_EXPOSURE), self._campaign_risk
        for changed, sign in ((known, -1), (left, 1)):
            if changed is not None:
                exposure = exposure.with_position(changed, sign)
                risk = with_risk(risk, changed.campaign_id, times(sign, changed.exact_open_risk))
        groups = with_item(self._groups, symbol, position.id, left)
        exposures = {**self.exposures, symbol: exposure}
        return OpenPositions(groups, {held: exposures[held] for held in groups}, risk)

    def open_risk(self, campaign_id: str | None = None) -> Decimal:
        """What all, or those of one campaign, lose at their stops, unrounded (R18)."""
        if campaign_id is not None:
            return self._campaign_risk.get(campaign_id, ZERO)
        return total(exposure.open_risk for exposure in self.exposures.values())


NO_POSITIONS = OpenPositions({}, {}, {})


def _own_price_until(position: Position) -> int:
    return -1 if position.override_price is None else position.override_price.market_updates
