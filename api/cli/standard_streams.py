"""The three standard streams, which whoever starts a program may have closed."""

import os
import sys

_LAST = 2


def open_standard_streams() -> None:
    """Open each of the three that is closed, on nothing, here and in the processes that are started from here.

    Else the next sockets and files would have their numbers, and libuv ends a process that closes one of those.
    """
    while (number := os.open(os.devnull, os.O_RDWR)) <= _LAST:
        os.set_inheritable(number, True)
    os.close(number)
    for name, number, mode in (("stdin", 0, "r"), ("stdout", 1, "w"), ("stderr", 2, "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, mode, closefd=False))
