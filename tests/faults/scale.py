"""How much the campaigns of this folder do: a little among all tests, much with `make faults`."""

import os
from typing import TypeVar

IS_LONG = os.environ.get("PAPERTAPE_TEST_FAULTS") == "long"

T = TypeVar("T")


def sized(short: T, long: T) -> T:
    """One of two sizes: that of every test run, or that of `make faults`."""
    return long if IS_LONG else short
