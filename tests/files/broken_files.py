"""Files that are broken in many ways, and what is said of each."""

import gzip
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from zipfile import ZipFile

from tests.files.broken_rows import NO_NUMBER, NO_TIME

XYZ = ("--symbol", "XYZ")
NEW_YORK = (*XYZ, "--timezone", "America/New_York")


@dataclass(frozen=True, slots=True)
class Broken:
    """A file by its kind and name: what it holds (None if there is none), and what is said after its name.

    `bars` are those that can be read all the same.
    """

    kind: str
    content: str | bytes | None
    said: str
    options: Sequence[str] = XYZ
    file: str = "bars.csv"
    bars: int = 0


def _zipped(members: Mapping[str, str]) -> bytes:
    file = BytesIO()
    with ZipFile(file, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return file.getvalue()


DAILY = "Date,Open,High,Low,Close,Volume\n"
TWO_DAYS = "2031-03-13,2,3,1,2,7\n2031-03-14,2,3,1,2,7\n"
TIMED = "Datetime,Open,High,Low,Close\n"
COUNTED = "time,open,high,low,close\n"
RECORD = '{"t":"2031-03-13","o":2,"h":3,"l":1,"c":2}\n'
HOURS = "".join(f"{1930294800 + 3600 * hour},2,3,1,2\n" for hour in range(30))
NO_LIST = ": the JSON holds no list of bars, itself or as bars, results, data, candles, values"

NAMED = [
    Broken(
        "the last line breaks off",
        DAILY + TWO_DAYS + "2031-03-15,2,3",
        "line 4: unusable: the row has 3 cells, the header 6",
        bars=2,
    ),
    Broken(
        "bytes are no text",
        (DAILY + TWO_DAYS).encode() + b"2031-03-15,\xff\xfe,3,1,2,7\n",
        f"line 4: unusable: open{NO_NUMBER}'\\udcff\\udcfe'",
        bars=2,
    ),
    Broken("a row comes twice", DAILY + TWO_DAYS.splitlines()[0] + "\n" + TWO_DAYS, "duplicate lines: 3", bars=2),
    Broken(
        "an hour is the 25th",
        TIMED + "2031-03-13 09:00,2,3,1,2\n2031-03-13 25:00,2,3,1,2\n2031-03-13 10:00,2,3,1,2\n",
        f"line 3: unusable: '2031-03-13 25:00' {NO_TIME}",
        NEW_YORK,
        bars=2,
    ),
    Broken(
        "a minute is the 61st",
        TIMED + "2031-03-13 09:00,2,3,1,2\n2031-03-13 09:61,2,3,1,2\n2031-03-13 10:00,2,3,1,2\n",
        f"line 3: unusable: '2031-03-13 09:61' {NO_TIME}",
        NEW_YORK,
        bars=2,
    ),
    Broken(
        "an hour comes twice, in no order",
        TIMED + "2031-11-02 01:30,2,3,1,2\n2031-11-02 00:30,2,3,1,2\n2031-11-02 02:30,2,3,1,2\n",
        "line 2: unusable: 2031-11-02 01:30:00 comes twice in America/New_York, where clocks were put back, and the "
        "order of rows does not tell which it is: write its offset, or name another zone with --timezone",
        NEW_YORK,
        bars=2,
    ),
    Broken(
        "a count is no number",
        COUNTED + "1930294800,2,3,1,2\n193029O400,2,3,1,2\n1930302000,2,3,1,2\n",
        f"line 3: unusable: '193029O400' {NO_TIME}",
        bars=2,
    ),
    Broken(
        "a bar overlaps",
        COUNTED + HOURS + "1930295700,2,3,1,2\n",
        "line 32: unusable: the bar starts at 2031-03-03T09:15Z, before that of line 2 ends, 2031-03-03T10:00Z",
        bars=30,
    ),
    Broken(
        "a line is no JSON",
        RECORD + '{"t":\n' + RECORD.replace("13", "14"),
        f"line 2: unusable: 'not JSON' {NO_TIME}",
        bars=2,
    ),
    Broken(
        "a record lacks its close",
        RECORD + RECORD.replace("13", "14").replace(',"c":2', ""),
        "line 2: unusable: close is missing",
        bars=1,
    ),
    Broken(
        "a symbol is none",
        "symbol," + DAILY + "X Y,2031-03-13,2,3,1,2,7\nXYZ,2031-03-13,2,3,1,2,7\n",
        "line 2: unusable: symbol must be 1 to 32 of A-Z, 0-9 and . - / : _ ^ = &, starting with none of the marks but "
        "^; not 'X Y'",
        (),
        bars=1,
    ),
]
"""What can be read but for a row."""

REFUSED = [
    Broken(
        "a quote is not closed",
        DAILY + '2031-03-13,"2,3,1,2,7\n' + TWO_DAYS,
        " line 4: not CSV: unexpected end of data",
    ),
    Broken("text follows a quote", DAILY + '2031-03-13,"2"x,3,1,2,7\n', " line 2: not CSV: ',' expected after '\"'"),
    Broken(
        "the zone skips a time",
        TIMED + "2031-03-09 01:30,2,3,1,2\n2031-03-09 02:30,2,3,1,2\n",
        " line 3: 2031-03-09 02:30:00 does not exist in America/New_York, where clocks were put forward: if the times "
        "are of another zone, name it with --timezone",
        NEW_YORK,
    ),
    Broken(
        "an offset is not the zone's",
        TIMED + "2031-03-13T09:00:00+09:00,2,3,1,2\n",
        " line 2: 2031-03-13T09:00:00+09:00 is no time of America/New_York, where the clock showed "
        "2031-03-12T20:00:00-04:00 then",
        NEW_YORK,
    ),
    Broken(
        "counts have too few digits",
        COUNTED + "86400,2,3,1,2\n172800,2,3,1,2\n",
        f": the file holds no bar of XYZ: line 2: unusable: '86400' {NO_TIME}",
    ),
    Broken(
        "a count has eleven digits",
        COUNTED + "19302948000,2,3,1,2\n",
        f": the file holds no bar of XYZ: line 2: unusable: '19302948000' {NO_TIME}",
    ),
    Broken(
        "rows are closer than the interval",
        COUNTED + "1930294800,2,3,1,2\n1930294860,2,3,1,2\n",
        ": the rows are 1m apart, which --interval 1h contradicts",
        (*XYZ, "--interval", "1h"),
    ),
    Broken(
        "days are said to be hours",
        DAILY + TWO_DAYS,
        ": the rows are 1d apart, which --interval 1h contradicts",
        (*XYZ, "--interval", "1h"),
    ),
    Broken("there is only a header", DAILY, " line 1: the file holds no bar of XYZ"),
    Broken("the file is empty", "", " line 1: the file is empty"),
    Broken("all lines are blank", "\n\n\n", " line 1: the file is empty"),
    Broken(
        "it is a page",
        "<!DOCTYPE html>\n<html><body>Too many requests</body></html>\n",
        " line 1: a page of HTML, not a file of bars: save what it shows as CSV",
    ),
    Broken("an interface answered an error", '{"error":"rate limit exceeded"}', NO_LIST),
    Broken("a list holds nothing", "[]", NO_LIST),
    Broken(
        "a document breaks off",
        '[{"t":"2031-03-13","o":2,"h":3,"l":1,"c":2},{"t":"2031',
        ": not JSON: Unterminated string starting at: line 1 column 50 (char 49)",
    ),
    Broken(
        "lists are nested too deep",
        "[" * 100_000,
        ": not JSON: maximum recursion depth exceeded while decoding a JSON array from a unicode string",
    ),
    Broken(
        "it is a workbook",
        _zipped({"xl/workbook.xml": "<workbook/>", "xl/worksheets/sheet1.xml": "<worksheet/>"}),
        ": cannot be read: it is a workbook or an archive: save its sheet as CSV, or unpack it",
        file="bars.xlsx",
    ),
    Broken("it is an image", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), ": cannot be read: it is no text"),
    Broken(
        "it is Parquet by another name",
        b"PAR1\x15\x04",
        ": cannot be read: it is Parquet: let its name end with .parquet",
    ),
    Broken(
        "it is gzipped by another name",
        gzip.compress(DAILY.encode()),
        ": cannot be read: it is gzipped: let its name end with .gz",
    ),
    Broken(
        "a gzipped file breaks off",
        gzip.compress((DAILY + "".join(f"{number},2,3,1,2,7\n" for number in range(9_999))).encode(), mtime=0)[:12],
        " line 1: the compressed file is damaged from here on: Compressed file ended before the end-of-stream marker "
        "was reached",
        file="bars.csv.gz",
    ),
    Broken(
        "a gzipped file is none",
        "Date,Open\n",
        " line 1: the compressed file is damaged from here on: Not a gzipped file (b'Da')",
        file="bars.csv.gz",
    ),
    Broken(
        "an archive holds two files",
        _zipped({"a.csv": DAILY, "b.csv": DAILY}),
        ": cannot be read: the archive holds 2 files, and must hold one: unpack it",
        file="bars.zip",
    ),
    Broken(
        "an archive is none",
        "PK",
        ": cannot be read: it is no zip archive: File is not a zip file",
        file="bars.zip",
    ),
    Broken(
        "a Parquet file is none",
        "PAR1",
        ": cannot be read: Parquet file size is 4 bytes, smaller than the minimum file footer (8 bytes)",
        file="bars.parquet",
    ),
    Broken(
        "another symbol is asked for",
        "symbol," + DAILY + "ABC,2031-03-13,2,3,1,2,7\n",
        " line 1: the file holds no bar of XYZ",
    ),
    Broken("it is a folder", None, ": cannot be read: Is a directory", file="folder"),
    Broken("it is the folder itself", None, ": cannot be read: Is a directory", file="."),
    Broken("there is no such file", None, ": cannot be read: No such file or directory", file="missing.csv"),
]
"""What nothing can be taken of."""
