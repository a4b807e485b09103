"""Gives memory that hundreds of clients took back to the system when they have gone.

Python's own allocator gives back a mebibyte at a time, once nothing in it is in use: what lives on among the clients'
objects, be it one in a thousand, keeps nearly all of it. glibc's gives back every page that is free, when asked to.
"""

import ctypes
import gc
import os
import sys

_ALLOCATOR = "PYTHONMALLOC"
_MANY = 20
_LOOKS_BETWEEN = 10
_YOUNG, _ROUNDS = 50_000, 20


def use_malloc() -> None:
    """Execute the program again in this process, with the C library's allocator, unless the environment names one."""
    if _ALLOCATOR not in os.environ:
        arguments, environment = [sys.executable, *sys.orig_argv[1:]], os.environ | {_ALLOCATOR: "malloc"}
        os.execve(sys.executable, arguments, environment)  # noqa: S606 - itself, and no shell


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


class MemoryTrim:
    """Gives memory back once many connections are gone, and all that they held with them.

    That takes a while, in which nothing else runs; so clients that come and go by the dozen cause it only now and then.
    """

    def __init__(self) -> None:
        self._most = self._last = 0
        self._looks = _LOOKS_BETWEEN
        self._trim = ctypes.CDLL(None).malloc_trim if _is_glibc() else None

    def trim_if_many_left(self, connections: int) -> None:
        """Compare how many are open now with the most there were, and with the last look."""
        self._most = max(self._most, connections)
        self._looks += 1
        if self._most - connections >= _MANY and connections >= self._last and self._looks >= _LOOKS_BETWEEN:
            self._most, self._looks = connections, 0
            gc.collect()
            if self._trim is not None:
                self._trim(0)
        self._last = connections


def _is_glibc() -> bool:
    return "CS_GNU_LIBC_VERSION" in getattr(os, "confstr_names", ())
