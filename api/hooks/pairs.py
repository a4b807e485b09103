"""The fields of an alert as pairs of a key and what stands there, in whatever form it came."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from api.hooks.alert import BadAlert, shown

Value = TypeVar("Value")

MOST_FIELDS = 100


def few_and_once(pairs: Iterable[tuple[str, Value]]) -> Iterator[tuple[str, Value]]:
    """The pairs as they come. Raises BadAlert where there are more than an alert may have, or a key comes twice."""
    seen: set[str] = set()
    for key, value in pairs:
        if key in seen:
            raise BadAlert(f"the alert says {shown(key)} twice")
        seen.add(key)
        if len(seen) > MOST_FIELDS:
            raise BadAlert(f"the alert has more than {MOST_FIELDS} fields")
        yield key, value
