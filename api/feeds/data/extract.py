"""Makes the series of this folder from the `stocks.csv.gz` of the `bokeh-sampledata` distribution.

    python -m api.feeds.data.extract PATH/TO/bokeh_sampledata/_data/stocks.csv.gz

The figures are copied as text, digit for digit; README.md says which rows, and why.
"""

import csv
import gzip
import io
import sys
from pathlib import Path

SYMBOLS = ("AAPL", "GOOG", "IBM", "MSFT")
FIRST_DAY = "2005-03-01"
HEADER = ("date", "open", "high", "low", "close", "volume")


def series(source: Path, symbol: str) -> str:
    """The rows of one symbol from FIRST_DAY on, as the text of a CSV file."""
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(HEADER)
    with gzip.open(source, "rt", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["Ticker"] == symbol and row["Date"] >= FIRST_DAY:
                out.writerow(row[name.capitalize()] for name in HEADER)
    return text.getvalue()


def extract(source: Path, folder: Path) -> None:
    """Write one file per symbol; without a name or a time inside, the same source gives the same bytes."""
    for symbol in SYMBOLS:
        with (
            (folder / f"{symbol}.csv.gz").open("wb") as file,
            gzip.GzipFile(filename="", fileobj=file, mode="wb", mtime=0) as packed,
        ):
            packed.write(series(source, symbol).encode())


if __name__ == "__main__":
    extract(Path(sys.argv[1]), Path(__file__).parent)
