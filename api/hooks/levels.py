"""A first target that an alert or its hook gives in percent: as a multiple of the stop's, or a price (R14)."""

from collections.abc import Mapping

from api.codec.hooks import HookDefaults
from api.hooks.alert import Alert, BadAlert, require_number
from domain.money import nearest, percent_of, plain, quotient
from domain.notation import read_number
from domain.orders.side import Side


def target_fields(alert: Alert, defaults: HookDefaults, side: Side, stops: Mapping[str, object]) -> dict[str, object]:
    """The first target of a signal: the alert's, else the hook's. Raises BadAlert."""
    fields = alert.fields
    for name in ("target1", "target1R"):
        if name in fields:
            return {name: fields[name]}
    if "target1Percent" in fields:
        return _of_percent(fields["target1Percent"], alert, side, stops)
    if defaults.target1_r is not None:
        return {"target1R": plain(defaults.target1_r)}
    if defaults.target1_percent is not None:
        return _of_percent(plain(defaults.target1_percent), alert, side, stops)
    return {}


def _of_percent(text: str, alert: Alert, side: Side, stops: Mapping[str, object]) -> dict[str, object]:
    """Where the stop is in percent too, so many times as far; else that far from the alert's price."""
    require_number("target1Percent", text)
    percent = read_number("target1Percent", text)
    stop = stops.get("stopPercent")
    if isinstance(stop, str):
        require_number("stopPercent", stop)
        if (of := read_number("stopPercent", stop)) > 0:
            return {"target1R": plain(nearest(quotient(percent, of)))}
    price = alert.fields.get("marketPrice")
    if price is None:
        raise BadAlert("a target in percent needs a stop in percent, or the alert's price")
    require_number("price", price)
    raw = read_number("price", price)
    return {"target1": plain(nearest(side.after(raw, percent_of(percent, raw))))}
