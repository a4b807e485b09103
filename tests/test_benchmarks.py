"""`make bench` works: what it prints and writes, not how fast anything is."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_a_part_of_make_bench_prints_its_tables_and_writes_the_same_as_json(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    options = ["--short", "--rounds", "1", "--only", "help", "--json", str(file)]
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks", *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    figures = json.loads(file.read_text())
    assert figures.keys() == {"figures", "growth", "ratios", "notes", "cores", "load"}
    assert [(figure["work"], figure["column"]) for figure in figures["figures"]] == [
        ("papertape --help", "ours"),
        ("python -c 'import typer, rich'", "ours"),
    ]
    assert figures["figures"][0].keys() == {"work", "column", "rounds", "units", "rate_per_second", "cpu_ms"}
    [ratio] = figures["ratios"]
    assert ratio.keys() == {"work", "against", "median", "min", "max", "reach", "beyond", "at_least", "unit", "reached"}
    assert "papertape --help" in done.stdout
