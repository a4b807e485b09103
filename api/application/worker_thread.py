"""Work that takes long, in a thread: the event loop goes on with other work every few milliseconds meanwhile.

There is one such thread, for several would take as many turns between two of the loop's. Two kinds of work have threads
of their own, so as not to wait here behind requests, nor requests behind them: what is decided while the desk is locked
(api.persistence.plain_transaction), and the replay of history for a retraction.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import ParamSpec, TypeVar

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

_THREAD = ThreadPoolExecutor(1, thread_name_prefix="worker")


async def in_worker_thread(
    work: Callable[Arguments, Result], *arguments: Arguments.args, **options: Arguments.kwargs
) -> Result:
    """What work returns or raises, done in the thread; work that others had begun comes first."""
    context = copy_context()
    return await asyncio.get_running_loop().run_in_executor(_THREAD, lambda: context.run(work, *arguments, **options))
