"""The signals of an account that wait, with what they reserve (R16)."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from domain.money import ZERO, plus, times
from domain.orders.signal import Signal
from domain.portfolio.by_symbol import BySymbol, Groups, with_item
from domain.portfolio.exposure import with_risk


class WorkingSignals(BySymbol[Signal]):
    """The working signals by id. They hold `reserved_notional` of buying power."""

    __slots__ = ("_campaign_risk", "_reserved_risk", "reserved_notional")

    def __init__(
        self,
        groups: Groups[Signal],
        reserved_notional: Decimal,
        reserved_risk: Decimal,
        campaign_risk: Mapping[str, Decimal],
    ) -> None:
        super().__init__(groups)
        self._campaign_risk = campaign_risk
        self.reserved_notional = reserved_notional
        self._reserved_risk = reserved_risk

    @classmethod
    def of(cls, signals: Iterable[Signal]) -> "WorkingSignals":
        """These signals, which work."""
        working = NO_SIGNALS
        for signal in signals:
            working = working.with_signal(signal)
        return working

    def with_signal(self, signal: Signal) -> "WorkingSignals":
        """These with one that works now and did not before."""
        return self._changed(signal, signal, 1)

    def without(self, signal: Signal) -> "WorkingSignals":
        """These with what a signal reserved released, if it is among them."""
        known = self.find(signal.request.symbol, signal.id)
        return self if known is None else self._changed(known, None, -1)

    def risk(self, campaign_id: str | None = None) -> Decimal:
        """The risk that all, or those of one campaign, reserve, unrounded (R18)."""
        return self._reserved_risk if campaign_id is None else self._campaign_risk.get(campaign_id, ZERO)

    def _changed(self, signal: Signal, after: Signal | None, sign: int) -> "WorkingSignals":
        risk = times(sign, signal.reserved_risk)
        return WorkingSignals(
            with_item(self._groups, signal.request.symbol, signal.id, after),
            plus(self.reserved_notional, times(sign, signal.reserved_notional)),
            plus(self._reserved_risk, risk),
            with_risk(self._campaign_risk, signal.request.campaign_id, risk),
        )


NO_SIGNALS = WorkingSignals({}, ZERO, ZERO, {})
