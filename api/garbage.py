"""When the garbage collector looks for cycles: seldom."""

import gc

_YOUNG, _ROUNDS = 50_000, 20


def collect_later() -> None:
    """Collect no garbage while a server begins: what it makes until `collect_seldom` stays."""
    gc.disable()


def collect_seldom() -> None:
    """Leave to the garbage collector what comes from here on, and let it look for cycles seldom.

    What a desk is made of refers to nothing that refers back, and goes with its last reference. A batch of bars makes
    thousands of such values: looking through them, and through a desk in memory, took a fifth of its time.
    """
    gc.freeze()
    gc.set_threshold(_YOUNG, _ROUNDS, _ROUNDS)
    gc.enable()
