"""Rows that no bar can be made of: what is wrong with each is named, and those around it are read."""

NO_NUMBER = ' must be a number such as "1.5" or "3.2E-5", not '
NO_TIME = "is neither a date like 2004-08-19 nor an ISO 8601 date and time"

BROKEN_ROWS = [
    ("open is no number", "2031-03-14,two,3,1,2,7", f"unusable: open{NO_NUMBER}'two'"),
    ("open is missing", "2031-03-14,,3,1,2,7", "unusable: open is missing"),
    ("close is null", "2031-03-14,2,3,1,null,7", "unusable: close is missing"),
    ("high is NaN", "2031-03-14,2,NaN,1,2,7", "unusable: high is missing"),
    ("low is infinite", "2031-03-14,2,3,-inf,2,7", f"unusable: low{NO_NUMBER}'-inf'"),
    ("a price is zero", "2031-03-14,2,3,0,2,7", "unusable: low must be above 0, not 0"),
    ("a price is below zero", "2031-03-14,2,3,-1,2,7", "unusable: low must be above 0, not -1"),
    (
        "a price is beyond the desk's range",
        "2031-03-14,2,30000000000,1,2,7",
        "unusable: high must have at most 8 decimal places and be below 10000000000",
    ),
    (
        "a price has a huge exponent",
        "2031-03-14,2,1e999,1,2,7",
        "unusable: high must be at most 1000000000000000000 in magnitude, not '1e999'",
    ),
    ("high below low", "2031-03-14,2,1,3,2,7", "unusable: open must lie between low and high"),
    ("open above high", "2031-03-14,4,3,1,2,7", "unusable: open must lie between low and high"),
    ("close below low", "2031-03-14,2,3,1,0.5,7", "unusable: close must lie between low and high"),
    ("volume below zero", "2031-03-14,2,3,1,2,-7", "unusable: volume must be at least 0, not -7"),
    (
        "volume beyond 10^18",
        "2031-03-14,2,3,1,2,10000000000000000000",
        "unusable: volume must be at most 1000000000000000000 in magnitude, not '10000000000000000000'",
    ),
    ("volume is a word", "2031-03-14,2,3,1,2,many", f"unusable: volume{NO_NUMBER}'many'"),
    ("two points in a price", "2031-03-14,2.1.1,3,1,2,7", f"unusable: open{NO_NUMBER}'2.1.1'"),
    ("a hexadecimal price", "2031-03-14,0x2,3,1,2,7", f"unusable: open{NO_NUMBER}'0x2'"),
    ("digits of another script", "2031-03-14,\u0662,3,1,2,7", f"unusable: open{NO_NUMBER}'\u0662'"),
    ("a price with a stray letter", "2031-03-14,2O,3,1,2,7", f"unusable: open{NO_NUMBER}'2O'"),
    ("a price rounds to zero", "2031-03-14,2,3,0.000000001,2,7", "unusable: low must be above 0, not 0"),
    ("a cell too few", "2031-03-14,2,3,1,2", "unusable: the row has 5 cells, the header 6"),
    ("a cell too many", "2031-03-14,2,3,1,2,7,8", "unusable: the row has 7 cells, the header 6"),
    ("a line of text among the rows", "end of session", "unusable: the row has 1 cells, the header 6"),
    ("the header again among the rows", "Date,Open,High,Low,Close,Volume", f"unusable: 'Date' {NO_TIME}"),
    ("a NUL in a row", "2031-03-14,2\x00,3,1,2,7", f"unusable: open{NO_NUMBER}'2\\x00'"),
    ("a month 13", "2031-13-15,2,3,1,2,7", "unusable: there is no such date: 2031-13-15"),
    ("a 30th of February", "2031-02-30,2,3,1,2,7", "unusable: there is no such date: 2031-02-30"),
    ("a word for a date", "yesterday,2,3,1,2,7", f"unusable: 'yesterday' {NO_TIME}"),
    ("a date that is missing", ",2,3,1,2,7", f"unusable: '' {NO_TIME}"),
    ("a year beyond what is known", "9999-03-15,2,3,1,2,7", "unusable: the year must lie between 1800 and 2199"),
    ("another notation of the date", "14/03/2031,2,3,1,2,7", f"unusable: '14/03/2031' {NO_TIME}"),
    (
        "two rows of one time",
        "2031-03-13,2,3,1,2.5,7",
        "conflict: line 2 has other figures for the same time, and is the one that is taken",
    ),
]
"""A name, a row in the place of that of 14 March 2031, and what is said of it."""
