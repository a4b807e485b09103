"""`make attacks`: what attackers cost the server and those beside them. `--short` takes less than a minute."""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.attacks import connections, documents
from tests.attacks.harness import a_target, measured, print_head, print_row

LEGEND = """
CPU and memory are the server's; the waits are those of a healthy client beside the attack, on a connection that it
keeps and on new ones. While the server had no core to run on, the machine was busy with something else.
"""
MODULES = (connections, documents)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.attacks", description=__doc__)
    parser.add_argument("--short", action="store_true", help="small sizes, for a quick look")
    parser.add_argument("names", nargs="*", help="only attacks whose name holds one of these")
    chosen = parser.parse_args()
    print_head()
    rows = []
    for module in MODULES:
        attacks = {name: attack for name, attack in module.ATTACKS.items() if is_wanted(name, chosen.names)}
        if not attacks:
            continue
        with tempfile.TemporaryDirectory() as folder, a_target(Path(folder), short=chosen.short) as target:
            for name, attack in attacks.items():
                rows.append(measured(name, attack, target))
                print_row(rows[-1])
    sys.stdout.write(LEGEND)
    return 1 if any(row.waits is None for row in rows) else 0


def is_wanted(name: str, parts: list[str]) -> bool:
    return not parts or any(part in name for part in parts)


if __name__ == "__main__":
    sys.exit(main())
