"""What amendments share: what they changed, told as text, and whether their subject is as its sender knows it (R41)."""

from datetime import datetime
from decimal import Decimal

from domain.engine.events import Change
from domain.money import ZERO, plain
from domain.notation import print_time
from domain.orders.request import TimeInForce
from domain.orders.trailing_stop import Trail, TrailingStop
from domain.refusals import ErrorCode, refuse
from domain.validation import require

MOST_EARLIER = 20
"""How many amendments a bar may be under way through: what came before is forgotten, whatever the market did."""

Amendable = Decimal | datetime | Trail | TrailingStop | TimeInForce | str | None


def changes_between(before: dict[str, Amendable], after: dict[str, Amendable]) -> tuple[Change, ...]:
    """What differs between the same fields before and after."""
    return tuple(
        Change(name, _text(value), _text(after[name])) for name, value in before.items() if value != after[name]
    )


def require_as_known(subject: str, changed_seq: int, as_of: int | None, newest: int) -> None:
    """Nothing has changed what is amended since its sender looked at it. Raises Refused, and Invalid."""
    if as_of is None:
        return
    require(as_of <= newest, "the account has no event with this cursor yet", "if_cursor")
    if changed_seq > as_of:
        message = f"the {subject} has changed since the cursor in `if_cursor`: look at it as it stands now (R41)"
        raise refuse(ErrorCode.CHANGED_MEANWHILE, message, field="if_cursor")


def _text(value: Amendable) -> str | None:
    match value:
        case None | str():
            return value
        case Decimal():
            return plain(value)
        case datetime():
            return print_time(value)
        case TimeInForce():
            return value.value
        case Trail(offset, activation, step):
            return _trail_text(f"{plain(offset)} behind", _plain(activation), step)
        case TrailingStop(activation, offset, percent, activation_r, step):
            behind = f"{plain(offset)} behind" if offset is not None else f"{plain(percent or ZERO)} % behind"
            since = f"{plain(activation_r)} R" if activation_r is not None else _plain(activation)
            return _trail_text(behind, since, step)


def _plain(number: Decimal | None) -> str | None:
    return None if number is None else plain(number)


def _trail_text(behind: str, since: str | None, step: Decimal | None) -> str:
    begins = "at once" if since is None else f"from {since} on"
    return f"{behind}, {begins}" + ("" if step is None else f", by {plain(step)} or more")
