"""What a bar costs that one account holds, beside accounts that hold nothing (R37): `python -m ...reports.idle`."""

import asyncio
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from statistics import median
from time import perf_counter

from tests.api.desk import DAY, OPENING, desk_on, newcomer

BARS = 200


async def _measure(url: str, idle: int) -> list[float]:
    async with desk_on(url) as client:
        for number in range(idle):
            await client.do("enable", account=f"idle-{number}")
        holder = await newcomer(client)
        await holder.send(stopLoss="98", target1="104")
        taken = []
        for number in range(BARS):
            start = OPENING + DAY + timedelta(minutes=number)
            bar = {**holder.a_bar(start, "99", "101"), "end": (start + timedelta(minutes=1)).isoformat()}
            began = perf_counter()
            await holder.see(bar)
            taken.append((perf_counter() - began) * 1000)
        return taken


def main() -> None:
    """Measure with few and with many accounts that hold nothing."""
    for idle in [int(argument) for argument in sys.argv[1:]] or [10, 2_000]:
        with tempfile.TemporaryDirectory() as folder:
            taken = asyncio.run(_measure(f"sqlite+aiosqlite:///{Path(folder) / 'idle.sqlite3'}", idle))
        figures = f"median {median(taken):.1f} ms, least {min(taken):.1f} ms"
        print(f"a bar beside {idle} idle accounts: {figures}")  # noqa: T201


if __name__ == "__main__":
    main()
