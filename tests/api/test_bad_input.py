"""Invalid input: each mistake is answered with a code and a message that helps, and nothing of it is stored."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
import pytest_asyncio

from tests.api.desk import DAY, OPENING, Client, Json, Trader, desk_on, instant, nothing_is_kept

pytestmark = pytest.mark.asyncio(loop_scope="module")

NO_FLOATS = 'A Decimal must not be sent as a float, which cannot hold it exactly: send a string, e.g. "1.5".'
NO_NUMBER = 'A Decimal must be a number such as "1.5" or "3.2E-5", not '
NO_STRING = 'A Decimal is a string, e.g. "1.5" or "3.2E-5", or an integer.'
TOO_LARGE = "A Decimal must be at most 1000000000000000000 in magnitude"
NO_OFFSET = 'A DateTime needs its offset from UTC: end it with "Z" or an offset such as "+01:00"'
NO_TIME = 'A DateTime must be an ISO 8601 date and time such as "2024-01-02T14:30:00Z", not '
NOT_AN_INSTANT = 'A DateTime is an ISO 8601 string with an offset, e.g. "2024-01-02T14:30:00Z".'
SYMBOLS = "symbol must be 1 to 32 of A-Z, 0-9 and . - / : _ ^ = &, starting with none of the marks but ^; not "

BAD_NUMBERS = [
    (1.5, NO_FLOATS),
    (100.0, NO_FLOATS),
    (1e300, NO_FLOATS),
    ("NaN", NO_NUMBER),
    ("Infinity", NO_NUMBER),
    ("-Infinity", NO_NUMBER),
    ("1E+1000000", NO_NUMBER),
    ("1,5", NO_NUMBER),
    ("1_000", NO_NUMBER),
    (" 1", NO_NUMBER),
    ("+1", NO_NUMBER),
    ("٣", NO_NUMBER),
    ("", NO_NUMBER),
    (True, NO_STRING),
    (["1"], NO_STRING),
    ("9" * 19, TOO_LARGE),
    (10**19, TOO_LARGE),
    ("1E+999", TOO_LARGE),
    ("9" * 100_000, NO_NUMBER),
]
BAD_TIMES = [
    ("2024-01-02T14:30:00", NO_OFFSET),
    ("2024-01-02", NO_TIME),
    ("2024-01-02T14:30:00.1234567890Z", NO_TIME),
    ("now", NO_TIME),
    (1_704_205_800, NOT_AN_INSTANT),
    ("2024-02-30T00:00:00Z", "A DateTime: there is no such date and time: '2024-02-30T00:00:00Z'."),
    ("2024-01-02T25:00:00Z", "A DateTime: there is no such date and time: '2024-01-02T25:00:00Z'."),
    ("9999-12-31T23:59:59Z", "A DateTime must be in the years 1800 to 2199; '9999-12-31T23:59:59Z' is not."),
]
BAD_SYMBOLS = [
    ("A" * 1_000, SYMBOLS + "1000 characters"),
    ("AA\x00PL", SYMBOLS + "'AA\\x00PL'"),
    ("AA\nPL", SYMBOLS + "'AA\\nPL'"),
    ("aapl", SYMBOLS + "'aapl'"),
    ("", SYMBOLS + "''"),
    (" AAPL", SYMBOLS + "' AAPL'"),
    ("ＡＡＰＬ", SYMBOLS + "'ＡＡＰＬ'"),
    ("AAPL'; DROP TABLE desk", SYMBOLS + '"AAPL\'; DROP TABLE desk"'),
]

NOT_A_NOTE = "note must be 1 to 500 printable characters, line breaks and tabs"

INVALID_SIGNALS: list[tuple[Json, str, str]] = [
    ({"quantity": "0"}, "quantity", "quantity must be above 0, not 0"),
    ({"quantity": "-5"}, "quantity", "quantity must be above 0, not -5"),
    ({"quantity": "1.5"}, "quantity", "quantity of a STOCK must be a multiple of 1, not 1.5"),
    ({"quantity": "1.000000001"}, "quantity", "quantity must have at most 8 decimal places and be below 10000000000"),
    ({"quantity": "1e10"}, "quantity", "quantity must have at most 8 decimal places and be below 10000000000"),
    ({"stopLoss": "10000000000"}, "stopLoss", "stopLoss must have at most 8 decimal places and be below 10000000000"),
    ({"quantity": None}, "quantity", "give exactly one of quantity and riskPercent (R17)"),
    ({"riskPercent": "1"}, "quantity", "give exactly one of quantity and riskPercent (R17)"),
    ({"quantity": None, "riskPercent": "0"}, "riskPercent", "riskPercent must be above 0 and at most 100, not 0"),
    ({"quantity": None, "riskPercent": "-1"}, "riskPercent", "riskPercent must be above 0 and at most 100, not -1"),
    (
        {"quantity": None, "riskPercent": "100.5"},
        "riskPercent",
        "riskPercent must be above 0 and at most 100, not 100.5",
    ),
    ({"stopLoss": "0"}, "stopLoss", "stopLoss must be above 0, not 0"),
    ({"stopLoss": "-98"}, "stopLoss", "stopLoss must be above 0, not -98"),
    ({"target1": "0"}, "target1", "target1 must be above 0, not 0"),
    ({"target2": "-1"}, "target2", "target2 must be above 0, not -1"),
    ({"marketPrice": "0"}, "marketPrice", "marketPrice must be above 0, not 0"),
    ({"marketPrice": "-100"}, "marketPrice", "marketPrice must be above 0, not -100"),
    ({"side": None}, "side", "give side, or a pattern that implies it (R13)"),
    ({"entryPrice": "100"}, "entryPrice", "entry MARKET takes no entryPrice"),
    ({"entry": "LIMIT", "marketPrice": None}, "entryPrice", "entry LIMIT needs an entryPrice"),
    ({"entry": "STOP", "marketPrice": None}, "entryPrice", "entry STOP needs an entryPrice"),
    ({"entry": "LIMIT", "entryPrice": "-1", "marketPrice": None}, "entryPrice", "entryPrice must be above 0, not -1"),
    (
        {"entry": "NEXT_OPEN", "entryPrice": "1", "marketPrice": None},
        "entryPrice",
        "entry NEXT_OPEN takes no entryPrice",
    ),
    ({"entry": "LIMIT", "entryPrice": "99"}, "marketPrice", "entry LIMIT takes no marketPrice"),
    ({"entry": "NEXT_OPEN"}, "marketPrice", "entry NEXT_OPEN takes no marketPrice"),
    ({"goodUntil": instant(OPENING + DAY)}, "goodUntil", "entry MARKET fills at once and takes no goodUntil"),
    (
        {"entry": "LIMIT", "entryPrice": "99", "marketPrice": None, "goodUntil": instant(OPENING)},
        "goodUntil",
        "goodUntil 2024-01-02T14:30:00Z must be after the signal's timestamp, 2024-01-02T14:30:00Z",
    ),
    (
        {"expiresAt": instant(OPENING)},
        "expiresAt",
        "expiresAt 2024-01-02T14:30:00Z must be after the signal's timestamp, 2024-01-02T14:30:00Z",
    ),
    (
        {"timeInForce": "IOC", "goodUntil": instant(OPENING + DAY)},
        "goodUntil",
        "timeInForce IOC takes no goodUntil (R16)",
    ),
    ({"timestamp": "2150-01-01T00:00:00Z"}, "timestamp", "timestamp lies more than a minute in the future"),
    ({"confidence": "100.1"}, "confidence", "confidence must be from 0 to 100, not 100.1"),
    ({"scaleOutPercent": "-1"}, "scaleOutPercent", "scaleOutPercent must be at least 0, not -1"),
    ({"phase": "a\x00b"}, "phase", "phase must be 1 to 200 printable characters"),
    ({"timeframe": ""}, "timeframe", "timeframe must be 1 to 200 printable characters"),
    ({"source": "x" * 201}, "source", "source must be 1 to 200 printable characters"),
    ({"campaignId": "\u202eevil"}, "campaignId", "campaignId must be 1 to 200 printable characters"),
    ({"note": ""}, "note", NOT_A_NOTE),
    ({"note": "x" * 501}, "note", NOT_A_NOTE),
    ({"note": "a\rb"}, "note", NOT_A_NOTE),
    ({"note": "a\x00b"}, "note", NOT_A_NOTE),
    (
        {"trailingStop": {"activation": "0", "offset": "1"}},
        "trailingStop.activation",
        "trailingStop.activation must be above 0, not 0",
    ),
    (
        {"trailingStop": {"activation": "1", "offset": "-1"}},
        "trailingStop.offset",
        "trailingStop.offset must be above 0, not -1",
    ),
    *(({"symbol": symbol}, "symbol", message) for symbol, message in BAD_SYMBOLS),
]

WRONG_LEVELS: list[tuple[Json, str, str, str, str]] = [
    ({"stopLoss": "105"}, "target1", "target1 104 must be above stopLoss 105 for a LONG (R14)", "105", "104"),
    ({"target1": "98"}, "target1", "target1 98 must be above stopLoss 98 for a LONG (R14)", "98", "98"),
    ({"target2": "103"}, "target2", "target2 103 must be above target1 104 for a LONG (R14)", "104", "103"),
    ({"side": "SHORT"}, "target1", "target1 104 must be below stopLoss 98 for a SHORT (R14)", "98", "104"),
    (
        {"side": "SHORT", "stopLoss": "104", "target1": "98", "target2": "99"},
        "target2",
        "target2 99 must be below target1 98 for a SHORT (R14)",
        "98",
        "99",
    ),
    (
        {"entry": "LIMIT", "entryPrice": "97", "marketPrice": None},
        "entryPrice",
        "entryPrice 97 must be above stopLoss 98 for a LONG (R14)",
        "98",
        "97",
    ),
    (
        {"entry": "STOP", "entryPrice": "104", "marketPrice": None},
        "target1",
        "target1 104 must be above entryPrice 104 for a LONG (R14)",
        "104",
        "104",
    ),
]

BAD_SETTINGS: list[tuple[Json, str, str]] = [
    ({"startingCapital": "999"}, "startingCapital", "startingCapital must be at least 1000, not 999"),
    (
        {"startingCapital": "100000001"},
        "startingCapital",
        "startingCapital must be from 1000 to 100000000, not 100000001",
    ),
    ({"leverage": "0"}, "leverage", "leverage must be at least 0.01, not 0"),
    ({"leverage": "9999999999"}, "leverage", "leverage must be from 0.01 to 50, not 9999999999"),
    ({"maxTradeRiskPercent": "0"}, "maxTradeRiskPercent", "maxTradeRiskPercent must be at least 0.00000001, not 0"),
    (
        {"maxCampaignRiskPercent": "-5"},
        "maxCampaignRiskPercent",
        "maxCampaignRiskPercent must be at least 0.00000001, not -5",
    ),
    ({"maxHeatPercent": "5001"}, "maxHeatPercent", "maxHeatPercent must be from 0.00000001 to 5000, not 5001"),
    ({"maxDailyLossPercent": "0"}, "maxDailyLossPercent", "maxDailyLossPercent must be at least 0.00000001, not 0"),
    (
        {"maxDrawdownPercent": "1000"},
        "maxDrawdownPercent",
        "maxDrawdownPercent must be from 0.00000001 to 100, not 1000",
    ),
    ({"scaleOutPercent": "100.00000001"}, "scaleOutPercent", "scaleOutPercent must be from 0 to 100, not 100.00000001"),
    ({"maxPriceAgeSeconds": -1}, "maxPriceAgeSeconds", "maxPriceAgeSeconds must be from 0 to 316224000, not -1"),
    ({"maxHoldingDays": 0}, "maxHoldingDays", "maxHoldingDays must be from 1 to 36500, not 0"),
    ({"maxHoldingDays": 2_147_483_647}, "maxHoldingDays", "maxHoldingDays must be from 1 to 36500, not 2147483647"),
    ({"periodsPerYear": 0}, "periodsPerYear", "periodsPerYear must be from 1 to 1000000, not 0"),
    ({"slippage": {"percent": "50.1"}}, "slippage.percent", "slippage.percent must be from 0 to 50, not 50.1"),
    ({"slippage": {"perShare": "-1"}}, "slippage.perShare", "slippage.perShare must be at least 0, not -1"),
    (
        {"slippage": {"volumeShare": {"volumeLimit": "2"}}},
        "slippage.volumeShare.volumeLimit",
        "slippage.volumeShare.volumeLimit must be from 0 to 1, not 2",
    ),
    (
        {"commission": {"perShare": {"rate": "-0.005"}}},
        "commission.perShare.rate",
        "commission.perShare.rate must be at least 0, not -0.005",
    ),
]

MISSHAPEN_SETTINGS: list[tuple[Json, str]] = [
    ({"slippage": {}}, "OneOf Input Object 'SlippageInput' must specify exactly one key."),
    ({"slippage": {"percent": "1", "perShare": "1"}}, "'SlippageInput' must specify exactly one key."),
    ({"slippage": {"percent": None}}, "Value for member field 'percent' must be non-null"),
    ({"commission": {}}, "OneOf Input Object 'CommissionInput' must specify exactly one key."),
    ({"commission": {"perOrder": "1", "basisPoints": "1"}}, "'CommissionInput' must specify exactly one key."),
    ({"commission": {"perShare": {"minimum": "1"}}}, "rate"),
    ({"maxPriceAgeSeconds": 10**12}, "Int cannot represent non 32-bit signed integer value"),
    ({"periodsPerYear": 1.5}, "Int cannot represent non-integer value"),
    ({"intrabar": "HOPEFUL"}, "Value 'HOPEFUL' does not exist in 'IntrabarPolicy' enum."),
    ({"useRealisticFills": "yes"}, "Boolean cannot represent a non boolean value"),
    ({"colour": "blue"}, "colour"),
]


def invalid(field: str, message: str) -> Json:
    return {"code": "INVALID_INPUT", "message": message, "field": field.split("."), "limit": None, "actual": None}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client(module_sqlite_url: str) -> AsyncIterator[Client]:
    """Nothing of this reaches the database, so one kind of database is enough."""
    async with desk_on(module_sqlite_url) as client:
        yield client


@pytest.mark.parametrize("field", ["stopLoss", "quantity", "marketPrice", "confidence"])
async def test_a_malformed_number_is_an_error(trader: Trader, field: str) -> None:
    async with nothing_is_kept(trader):
        for number, sentence in BAD_NUMBERS:
            code, message = await trader.client.malformed("executeSignal", **trader.a_signal(**{field: number}))
            assert (code, sentence in message) == ("BAD_USER_INPUT", True), message


@pytest.mark.parametrize(
    ("literal", "sentence"),
    [
        ("98.5", NO_FLOATS),
        ("98.0", NO_FLOATS),
        ("1E+1000000", NO_FLOATS),
        ('"1E+1000000"', NO_NUMBER),
        ('"NaN"', NO_NUMBER),
        ("NaN", NO_STRING),
        ("true", NO_STRING),
        ("1234567890123456789", TOO_LARGE),
    ],
)
async def test_a_literal_that_is_no_number_is_an_error(trader: Trader, literal: str, sentence: str) -> None:
    mutation = f"""mutation {{ executeSignal(input: {{account: "{trader.account}", symbol: "{trader.symbol}",
        side: LONG, stopLoss: {literal}, target1: 104, quantity: 1, marketPrice: 100}}) {{ replayed }} }}"""
    async with nothing_is_kept(trader):
        code, message = await trader.client.error(mutation)
    assert (code, sentence in message) == ("BAD_USER_INPUT", True), message


async def test_a_malformed_time_is_an_error(trader: Trader) -> None:
    async with nothing_is_kept(trader):
        for time, sentence in BAD_TIMES:
            bar = {**trader.a_bar(OPENING, "99", "101"), "start": time}
            of_signal = await trader.client.malformed("executeSignal", **trader.a_signal(timestamp=time))
            of_bar = await trader.client.malformed("ingestBars", bars=[bar])
            assert {code for code, _ in (of_signal, of_bar)} == {"BAD_USER_INPUT"}
            assert [sentence in message for _, message in (of_signal, of_bar)] == [True, True], (of_signal, of_bar)


async def test_a_body_with_a_number_that_json_does_not_know_is_no_json(trader: Trader) -> None:
    async with nothing_is_kept(trader):
        body = '{"query": "query Q($n: Decimal) { clock }", "variables": {"n": NaN}}'
        answer = await trader.client.http.post(
            "/graphql", content=body, headers={"content-type": "application/json", "accept": "application/json"}
        )
    [error] = answer.json()["errors"]
    assert (error["extensions"]["code"], error["message"]) == ("BAD_REQUEST", "The body is not JSON in UTF-8.")


async def test_a_malformed_signal_stores_nothing_and_leaves_its_id_free(trader: Trader) -> None:
    signal_id = str(uuid4())
    async with nothing_is_kept(trader):
        for content, field, message in INVALID_SIGNALS:
            payload = await trader.send(id=signal_id, **content)
            preview = await trader.preview(**content)
            nothing = {"signal": None, "position": None, "replayed": False}
            assert payload == {**nothing, "errors": [invalid(field, message)]}
            assert (preview["accepted"], preview["errors"]) == (False, [invalid(field, message)])
    accepted = await trader.send(id=signal_id, quantity="1")
    assert (accepted["errors"], accepted["replayed"]) == ([], False)


async def test_levels_in_the_wrong_order_are_refused_and_move_no_money(trader: Trader) -> None:
    before = await trader.totals()
    for content, field, message, limit, actual in WRONG_LEVELS:
        error = {"code": "INVALID_LEVELS", "message": message, "field": [field], "limit": limit, "actual": actual}
        preview = await trader.preview(**content)
        payload = await trader.send(**content)
        signal = payload["signal"]
        assert (preview["accepted"], preview["errors"]) == (False, [error])
        assert payload["errors"] == [error]
        assert (payload["position"], signal["status"], signal["error"]) == (None, "REJECTED", error)
    assert {**await trader.totals(), "cursor": ""} == {**before, "cursor": ""}


@pytest.mark.parametrize(
    ("side", "pattern"), [("SHORT", "SPRING"), ("SHORT", "SOS"), ("SHORT", "LPS"), ("LONG", "UTAD")]
)
async def test_a_side_that_contradicts_the_pattern_is_refused(trader: Trader, side: str, pattern: str) -> None:
    before = await trader.totals()
    payload = await trader.send(side=side, pattern=pattern)
    implied = "SHORT" if side == "LONG" else "LONG"
    [error] = payload["errors"]
    assert (error["code"], error["field"]) == ("CONTRADICTORY_SIDE", ["side"])
    assert error["message"] == f"pattern {pattern} implies {implied}, but side is {side} (R13)"
    assert payload["position"] is None
    assert {**await trader.totals(), "cursor": ""} == {**before, "cursor": ""}


async def test_settings_out_of_their_range_change_nothing(trader: Trader) -> None:
    async with nothing_is_kept(trader):
        for settings, field, message in BAD_SETTINGS:
            answers = [
                await trader.do("updateSettings", settings={"useRealisticFills": False, **settings}),
                await trader.client.do("enable", account=f"{trader.account}-new", settings=settings),
            ]
            assert [answer["errors"] for answer in answers] == [[invalid(field, message)]] * 2


async def test_settings_of_the_wrong_shape_are_an_error(trader: Trader) -> None:
    async with nothing_is_kept(trader):
        for settings, sentence in MISSHAPEN_SETTINGS:
            code, message = await trader.client.malformed("updateSettings", account=trader.account, settings=settings)
            assert (code, sentence in message) == ("BAD_USER_INPUT", True), message
