"""The laws that every read of an account must satisfy, whatever goes on meanwhile (R18, R29, R31)."""

from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import Any

ACCOUNT_FIGURES = """query AccountFigures($account: String!) {
  account(name: $account) {
    cash equity realizedPnl unrealizedPnl openCommission heatPercent peakEquity openPositions
    session { startingCapital } settings { maxTradeRiskPercent maxCampaignRiskPercent maxHeatPercent }
  }
  positions(account: $account, filter: { open: true }, first: 100) {
    totalCount
    nodes {
      side quantity openQuantity entryPrice initialStopLoss lastPrice unrealizedPnl realizedPnl openRisk campaignId
      fills { reason quantity price commission }
    }
  }
}"""

_PLACES = Decimal("1e-8")
_TWELVE_PLACES = Decimal("1e-12")
_HUNDRED = Decimal(100)


def rounded(value: Decimal) -> Decimal:
    """To 8 places, half-even (R1)."""
    return value.quantize(_PLACES, ROUND_HALF_EVEN)


def check(account: dict[str, Any], positions: dict[str, Any]) -> None:
    """One snapshot of an account with all its open positions."""
    with localcontext(prec=60):
        nodes = [_Holding(node) for node in positions["nodes"]]
        assert positions["totalCount"] == account["openPositions"] == len(nodes)
        cash, equity, realized, unrealized, peak = (
            Decimal(account[name]) for name in ("cash", "equity", "realizedPnl", "unrealizedPnl", "peakEquity")
        )
        assert equity == cash + sum(node.value for node in nodes)
        assert unrealized == sum(node.unrealized for node in nodes)
        unshared = sum(node.unshared_commission for node in nodes)
        assert unshared == Decimal(account["openCommission"])
        assert equity - Decimal(account["session"]["startingCapital"]) == realized + unrealized - unshared
        _check_limits(account, nodes, equity, peak)


def _check_limits(account: dict[str, Any], nodes: "list[_Holding]", equity: Decimal, peak: Decimal) -> None:
    """Limits are of the equity at each decision, which the session's peak is never below."""
    trade, campaign, heat = (
        Decimal(account["settings"][name]) * peak / _HUNDRED
        for name in ("maxTradeRiskPercent", "maxCampaignRiskPercent", "maxHeatPercent")
    )
    at_stake = (Decimal(account["heatPercent"]) - _TWELVE_PLACES) * equity / _HUNDRED
    assert at_stake <= heat
    assert sum(node.open_risk for node in nodes) <= heat
    assert all(node.first_risk <= trade for node in nodes)
    for name in {node.campaign for node in nodes}:
        assert sum(node.open_risk for node in nodes if node.campaign == name) <= campaign


class _Holding:
    """An open position, and what follows from its fills."""

    def __init__(self, shown: dict[str, Any]) -> None:
        direction = 1 if shown["side"] == "LONG" else -1
        quantity, entry, stop = (Decimal(shown[name]) for name in ("quantity", "entryPrice", "initialStopLoss"))
        self.value = direction * rounded(Decimal(shown["openQuantity"]) * Decimal(shown["lastPrice"]))
        self.unrealized = Decimal(shown["unrealizedPnl"])
        self.open_risk = Decimal(shown["openRisk"])
        self.first_risk = abs(entry - stop) * quantity
        self.campaign = shown["campaignId"]
        flows = [_flow(direction, fill) for fill in shown["fills"]]
        result = Decimal(shown["realizedPnl"]) + self.unrealized
        self.unshared_commission = result - self.value - sum(flows)
        assert 0 <= self.unshared_commission <= Decimal(shown["fills"][0]["commission"])


def _flow(direction: int, fill: dict[str, Any]) -> Decimal:
    """What a fill did to cash (R28)."""
    amount = rounded(Decimal(fill["quantity"]) * Decimal(fill["price"]))
    way = -direction if fill["reason"] == "ENTRY" else direction
    return way * amount - Decimal(fill["commission"])
