"""What of an alert would be dropped, and so is refused: two fields that contradict each other, and one without a use.

What alerts carry as they come is no more than told: prices, times, the order's size, a note. A strategy's alert has one
text for all its orders, so that it may have the sizes and levels of its entries in its exits, too.
"""

from collections.abc import Sequence

from api.hooks.alert import Action, Alert, BadAlert, Standing
from api.hooks.intent import Intent
from domain.orders.request import EntryType

_STOPS = ("stopLoss", "stopDistance", "stopPercent")
_TARGETS = ("target1", "target1R", "target1Percent")
_EITHER = (("quantity", "riskPercent"), _STOPS, _TARGETS, ("target2", "target2R"))
_PART = ("percent", "quantity")
AMENDED = ("stopLoss", "target1", "target2", "expiresAt", "campaignId", "note")
AMENDED_SIGNAL = (*AMENDED, "entryPrice", "stopDistance", "stopPercent", "target1R", "target2R", "quantity")
_OF_SIGNALS = (
    *("quantity", "riskPercent", *_STOPS, *_TARGETS, "target2", "target2R"),
    *("entry", "entryPrice", "goodUntil", "timeInForce", "expiresAt", "campaignId"),
)
_TOLD = ("marketPrice", "timestamp", "contracts", "positionSize", "note", "source", "timeframe", "assetClass")
_PRICED = (EntryType.LIMIT.value, EntryType.STOP.value)


def require_consistent(alert: Alert, intent: Intent) -> None:
    """Raises BadAlert for what would be dropped, with the fields and what would be right."""
    _require_standing(alert)
    for names in _EITHER:
        _require_one_of(alert, names)
    match intent:
        case Intent.FLAT | Intent.CLOSE:
            _require_only(alert, (), "action close with percent or quantity closes a part")
        case Intent.PART:
            _require_one_of(alert, _PART)
            _require_only(alert, _PART, "it takes percent or quantity")
        case Intent.AMEND:
            _require_only(alert, AMENDED_SIGNAL, f"it takes {', '.join(AMENDED_SIGNAL)}", of_any=True)
        case Intent.LONG | Intent.SHORT | Intent.REVERSE:
            _require_only(alert, _OF_SIGNALS, "the size of a signal is quantity or riskPercent")
            _require_entry(alert)


def _require_standing(alert: Alert) -> None:
    """Refuse an action after which the strategy cannot stand where it says."""
    match alert.action, alert.standing:
        case (Action.REVERSE | Action.AMEND) as action, Standing.FLAT:
            raise BadAlert(f"action {action.value} and position flat contradict each other: say one of them")
        case Action.CLOSE, (Standing.LONG | Standing.SHORT) as standing if not set(_PART) & alert.fields.keys():
            both = f"action close and position {standing.value} contradict each other"
            raise BadAlert(f"{both}: say percent or quantity to close a part, else position flat or none")
        case _:
            return


def _require_one_of(alert: Alert, names: Sequence[str]) -> None:
    given = [name for name in names if name in alert.fields]
    if len(given) > 1:
        raise BadAlert(f"{' and '.join(given)} contradict each other: say one of them")


def _require_only(alert: Alert, names: Sequence[str], right: str, *, of_any: bool = False) -> None:
    """Refuse fields without a use; `of_any` where no other order of a strategy can have one for them, either."""
    if alert.is_of_strategy and not of_any:
        return
    wrong = [name for name in alert.fields if name not in (*names, *_TOLD)]
    if wrong:
        asked = "flat" if alert.standing is Standing.FLAT else "" if alert.action is None else alert.action.value
        raise BadAlert(f"action {asked} takes no {' and no '.join(wrong)}: {right}")


def _require_entry(alert: Alert) -> None:
    entry = alert.fields.get("entry", EntryType.MARKET.value).upper()
    if "entryPrice" in alert.fields and entry not in _PRICED:
        raise BadAlert(f"entry {entry.lower()} takes no entryPrice: say entry limit or stop beside it, or leave it out")
