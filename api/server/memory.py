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


def use_malloc() -> None:
    """Execute the program again in this process, with the C library's allocator, unless the environment names one."""
    if _ALLOCATOR not in os.environ:
        arguments, environment = [sys.executable, *sys.orig_argv[1:]], os.environ | {_ALLOCATOR: "malloc"}
        os.execve(sys.executable, arguments, environment)  # noqa: S606 - itself, and no shell


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
