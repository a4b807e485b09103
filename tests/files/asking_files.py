"""Files that leave something open, and what is asked about each."""

from tests.files.broken_files import COUNTED, DAILY, NEW_YORK, TIMED, TWO_DAYS, Broken

NO_INTERVAL = ": the rows do not tell how long a bar is: say it with --interval, as in 1h"

ASKED = [
    Broken(
        "times have no zone",
        TIMED + "2031-03-13 09:00,2,3,1,2\n2031-03-13 10:00,2,3,1,2\n",
        " line 2: '2031-03-13 09:00' has no UTC offset: name its zone with --timezone",
    ),
    Broken(
        "one time has no offset",
        TIMED + "2031-03-13T09:00:00Z,2,3,1,2\n2031-03-13T10:00:00,2,3,1,2\n",
        " line 3: '2031-03-13T10:00:00' has no UTC offset: name its zone with --timezone",
    ),
    Broken(
        "rows have no common distance",
        COUNTED + "1930294800,2,3,1,2\n1930294807,2,3,1,2\n1930295000,2,3,1,2\n",
        NO_INTERVAL,
    ),
    Broken("there is one row", COUNTED + "1930294800,2,3,1,2\n", NO_INTERVAL),
    Broken(
        "there is no header",
        TWO_DAYS,
        " line 1: there is no header, and the rows are of no form that is known: name the columns with --columns, as "
        "in time=1,open=2,high=3,low=4,close=5, or the program with --format",
    ),
    Broken(
        "a header has no prices",
        "Date,Price\n2031-03-13,2\n",
        " line 1: the header lacks open, high, low, close; it has 'Date, Price': name them with --columns",
    ),
    Broken(
        "a header has no time",
        "Open,High,Low,Close\n2,3,1,2\n",
        " line 1: the header lacks date or time or timestamp or datetime or start; it has 'Open, High, Low, Close': "
        "name them with --columns",
    ),
    Broken(
        "two columns are the close",
        "Date,Open,High,Low,Close,Last\n2031-03-13,2,3,1,2,2\n",
        " line 1: the header has two columns for the close: Close and Last; say which with --columns close=NAME",
    ),
    Broken(
        "dates may be of either order",
        DAILY + "03/04/2031,2,3,1,2,7\n",
        " line 2: 03/04/2031 may have the month or the day first: say which with --dates mdy or --dates dmy",
    ),
    Broken(
        "a comma may mean either",
        DAILY.replace(",", ";") + "2031-03-13;2,500;3,500;1,500;2,500;7\n",
        " line 2: the comma of 2,500 may be that of decimals or of thousands: say which with --decimal comma or "
        "--decimal point",
    ),
    Broken(
        "a point may mean either",
        DAILY.replace(",", ";") + "13.03.2031;2.500;3.500;1.500;2.500;7\n",
        " line 2: the point of 2.500 may be that of decimals or of thousands: say which with --decimal comma or "
        "--decimal point",
    ),
    Broken(
        "times may be starts or ends",
        "20310303 093100;2;3;1;2;7\n",
        " line 1: NinjaTrader: its times may be starts or ends of bars: say which with --stamped",
        NEW_YORK,
    ),
    Broken(
        "rows hold bids and asks",
        "34200000,2.0,3.0,1.0,2.0,0,2.0,3.0,1.0,2.0,0\n",
        " line 1: LEAN: its rows hold bids and asks, of shares or of anything else: say which to take with --format "
        "lean-equity-bid, lean-equity-ask, lean-crypto-bid or lean-crypto-ask",
    ),
    Broken(
        "rows may be LEAN's",
        "20310303 00:00,4200,4300,4100,4200,100\n",
        " line 1: the rows may be LEAN's: say which with --format lean-equity, in ten-thousandths and New York's time, "
        "or --format lean-crypto, unscaled and in UTC; or name the columns with --columns, as in "
        "time=1,open=2,high=3,low=4,close=5",
    ),
    Broken(
        "there is no symbol",
        DAILY + TWO_DAYS,
        " line 1: the header has no symbol column: name the symbol with --symbol",
        (),
    ),
]
"""What can be read once an option answers."""
