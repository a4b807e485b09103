"""What amendments share: what they changed, told as text, and whether their subject is as its sender knows it (R41)."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal

from domain.engine.events import Change
from domain.money import ZERO, plain
from domain.notation import print_time
from domain.orders.request import TimeInForce
from domain.orders.trailing_stop import Trail, TrailingStop
from domain.records import replace
from domain.refusals import ErrorCode, Refusal, Refused, refuse
from domain.validation import Invalid, require

MOST_EARLIER = 20
"""How many amendments a bar may be under way through: what came before is forgotten, whatever the market did."""

Amendable = Decimal | datetime | Trail | TrailingStop | TimeInForce | str | None


def changes_between(before: dict[str, Amendable], after: dict[str, Amendable]) -> tuple[Change, ...]:
    """What differs between the same fields before and after."""
    return tuple(
        Change(name, _text(value), _text(after[name])) for name, value in before.items() if value != after[name]
    )


def require_as_known(
    subject: str, changed_seq: int, as_of: int | None, newest: int, became: str, now: Mapping[str, Amendable]
) -> None:
    """Nothing has changed what is amended since its sender looked at it. Raises Refused, and Invalid.

    `became` tells what has happened to it, `now` what it is.
    """
    if as_of is None:
        return
    require(as_of <= newest, "the account has no event with this cursor yet", "if_cursor")
    if changed_seq > as_of:
        figures = ", ".join(f"`{name}` {_text(value)}" for name, value in now.items() if value is not None)
        message = f"the {subject} has changed since the cursor in `if_cursor`: {became}; it now has {figures} (R41)"
        raise refuse(ErrorCode.CHANGED_MEANWHILE, message, field="if_cursor")


def amended_so_far(amendments: int, last: datetime | None) -> str:
    """How often something was amended, and when last, in words; nothing where it never was."""
    if not amendments or last is None:
        return ""
    return f"amended {amendments} time{'' if amendments == 1 else 's'}, last at {print_time(last)}"


@contextmanager
def blaming_what_was_sent(sent: Collection[str]) -> Iterator[None]:
    """What is wrong here is blamed on a field that an amendment sent, where it comes of one."""
    try:
        yield
    except Invalid as problem:
        raise Invalid(problem.message, _to_blame(problem.field, sent) or problem.field) from None
    except Refused as refused:
        raise Refused(with_blame(refused.refusal, sent)) from None


def with_blame(refusal: Refusal, sent: Collection[str]) -> Refusal:
    """A refusal that blames a field that an amendment sent, or none."""
    return refusal if refusal.field is None else replace(refusal, field=_to_blame(refusal.field, sent))


def _to_blame(field: str, sent: Collection[str]) -> str | None:
    name = field.split(".", maxsplit=1)[0]
    if name in sent or name not in _DEPENDENT:
        return field
    return next((other for other in (*_FIRST_TO_BLAME.get(name, ()), *_DEPENDENT) if other in sent), None)


_DEPENDENT = (
    *("stop_loss", "stop_distance", "stop_percent", "trailing_stop", "entry_price"),
    *("target1", "target1_r", "target2", "target2_r", "quantity", "risk_percent"),
)
"""Fields that can become wrong by another, in the order in which those are to blame."""
_FIRST_TO_BLAME = {
    "quantity": ("risk_percent",),
    "target1": ("entry_price",),
    "target2": ("target1", "target1_r"),
    "target2_r": ("target1", "target1_r"),
}


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
