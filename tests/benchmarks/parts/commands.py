"""What a command costs that hardly does anything."""

import os
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.benchmarks.measure import Sample, interleaved, quotients
from tests.benchmarks.report import OURS
from tests.benchmarks.run import Run

_IMPORTS = "python -c 'import typer, rich'"


async def print_help(run: Run) -> None:
    """`papertape --help` beside the import of the libraries that print it."""
    papertape = str(Path(sys.executable).with_name("papertape"))
    contenders = {
        OURS: _running([papertape, "--help"]),
        _IMPORTS: _running([sys.executable, "-c", "import typer, rich"]),
    }
    series = await interleaved(contenders, run.rounds)
    run.report.add("papertape --help", OURS, series[OURS])
    run.report.add(_IMPORTS, OURS, series[_IMPORTS])
    ratio = quotients(series[OURS].cpus, series[_IMPORTS].cpus)
    run.report.add_ratio("papertape --help, CPU", _IMPORTS, ratio, 3, 2, at_least=False)


def _running(command: list[str]) -> Callable[[], Awaitable[Sample]]:
    async def run() -> Sample:
        return ran(command)

    return run


def ran(command: list[str]) -> Sample:
    """What a command takes, from its start to its end; it must succeed."""
    started = time.perf_counter()
    nothing = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    pid = os.posix_spawn(command[0], command, os.environ, file_actions=nothing)
    _, status, usage = os.wait4(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0, command
    return Sample(1, time.perf_counter() - started, usage.ru_utime + usage.ru_stime)
