"""Events and values come back from their JSON as they went in, exactly."""

import json
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, get_args, get_type_hints
from uuid import UUID

import pytest
from cattrs.errors import ForbiddenExtraKeysError
from hypothesis import given, settings

from api.codec.encoding import ENCODING, OtherEncoding, require_encoding
from api.codec.entry_payload import EntryLabel, event_of, payload_of
from api.codec.events import stream_and_kind
from api.codec.inputs import record_from_json
from api.codec.json_codec import from_json, input_json, plain_text_writer_of, text_writer_of, to_json
from api.codec.long_json import long_json
from domain.engine.commands import IdentifiedCommand
from domain.engine.events import Event, JournalEntry
from domain.instruments import AssetClass
from domain.orders import costs
from domain.orders.request import EntryType, Request, TimeInForce
from domain.orders.side import Side
from domain.orders.trailing_stop import TrailingStop
from domain.portfolio.session import Session
from domain.portfolio.settings import IntrabarPolicy, LimitFill, Settings
from tests.builders import TheDesk, a_bar, a_limit, a_signal
from tests.domain.domain_desk import DomainDesk
from tests.strategies import WALL, Step, at_most, scenarios


def a_desk_that_saw_everything() -> TheDesk:
    desk = TheDesk(max_drawdown_percent=Decimal("0.1"), commission=costs.PerOrderCommission(Decimal("0.1")))
    desk.bars(a_bar("09:00"))
    desk.send(a_signal(target="104", target2="120", quantity="200", trailing=("101", "2")))
    desk.send(a_signal(stop="120"))
    desk.send(a_limit("80", stop="70"))
    desk.send(a_signal(stop=None, target="104", target2="130", quantity="20", break_even=True))
    desk.send(a_signal(distance="30", target_r="0.1", quantity="2", trailing=TrailingStop(percent=Decimal(40))))
    desk.send(a_limit("80", stop=None, target=None, quantity="1", lasts=TimeInForce.IOC))
    desk.bars(a_bar("09:30", close="105"), a_bar("10:00", open="105", close="92"))
    desk.change(max_drawdown_percent=None)
    desk.resume()
    desk.disable()
    desk.enable()
    desk.reset()
    return desk


def test_every_kind_of_event_comes_back_as_it_was() -> None:
    desk = a_desk_that_saw_everything()
    assert {type(event) for event in desk.events} == set(get_args(Event))
    for event in desk.events:
        assert_comes_back(event, desk.account.id)


def assert_is_written_like_plain_data(value: object, declared: Any = None) -> None:
    """In one step as by way of plain data; and so is each of its fields."""
    kind = type(value) if declared is None else declared
    assert text_writer_of(kind)(value) == plain_text_writer_of(kind)(value)
    if isinstance(value, tuple) and value:
        assert text_writer_of(kind)(value) == to_json(value)
    if is_dataclass(value):
        hints = get_type_hints(type(value))
        for field in fields(value):
            assert_is_written_like_plain_data(getattr(value, field.name), hints[field.name])
    elif isinstance(value, tuple):
        for item in value:
            assert_is_written_like_plain_data(item)


@pytest.mark.parametrize(
    "others",
    [
        {},
        {"note": 'A"\\Ä\n\t/€😀', "confidence": Decimal("1E-8"), "break_even_after_target1": True},
        {"asset_class": AssetClass.CRYPTO, "entry": EntryType.LIMIT, "entry_price": Decimal(99), "timestamp": WALL},
    ],
    ids=["what is usual", "text of all kinds", "what is unusual"],
)
def test_what_is_written_in_one_step_is_like_plain_data(others: dict[str, Any]) -> None:
    usual: dict[str, Any] = {"side": Side.LONG, "quantity": Decimal(1), "stop_loss": Decimal(95)}
    assert_is_written_like_plain_data(Request("AAPL", **usual, **others))


UNSENT = object()
ID = UUID(int=7)


@dataclass
class AnInput:
    """Fields of every kind: those with None as default are left out as None, others only where they are not sent."""

    text: str
    number: Decimal = Decimal("1.500")
    flag: bool = False
    count: int = 7
    kind: AssetClass = AssetClass.CRYPTO
    id: UUID = ID
    time: datetime = datetime(2024, 3, 4, 1, 2, 3, tzinfo=UTC)
    left_out: object = None
    cleared: object = UNSENT
    not_sent: object = UNSENT
    items: object = None
    cost: object = None


def test_an_input_is_written_as_it_was_sent() -> None:
    items = [AnInput('"Ä"', count=1), None, [True, "x"]]
    cost = costs.PerShareCommission(Decimal("0.005"), Decimal(1))
    sent = input_json(AnInput("a", cleared=None, items=items, cost=cost), UNSENT)
    head = '"number":"1.5","flag":false,"count":{},"kind":"CRYPTO","id":"00000000-0000-0000-0000-000000000007",'
    head += '"time":"2024-03-04T01:02:03Z"'
    inner = f'{{"text":"\\"Ä\\"",{head.format(1)}}}'
    outer = f'{{"text":"a",{head.format(7)},"cleared":null,"items":[{inner},null,[true,"x"]],'
    assert sent == outer + '"cost":{"perShare":{"rate":"0.005","minimum":"1"}}}'


def assert_comes_back(event: Event, of: UUID) -> None:
    """In its own row, and in one of which little follows for it."""
    assert_is_written_like_plain_data(event)
    stream, kind = (member.value for member in stream_and_kind(event))
    later = timedelta(days=1)
    own = EntryLabel(1, of, 1, stream, kind, ENCODING, event.occurred_at, WALL)
    other = EntryLabel(2, UUID(int=7), 2, stream, kind, ENCODING, event.occurred_at + later, WALL + later)
    for label in (own, other):
        payload = payload_of(event, label)
        assert payload == long_json(json.loads(payload))
        assert event_of(payload, type(event), label) == event
        assert payload_of(event_of(payload, type(event), label), label) == payload


@given(scenarios())
@settings(max_examples=at_most(25))
def test_every_event_and_command_of_any_scenario_comes_back_as_it_was(scenario: list[Step]) -> None:
    desk = DomainDesk(WALL)
    for method, arguments in scenario:
        getattr(desk, method)(**arguments)
    for record in desk.desk.commands.values():
        assert_is_written_like_plain_data(record.command, IdentifiedCommand)
        assert from_json(to_json(record.command, IdentifiedCommand), IdentifiedCommand) == record.command
    for entry in desk.journal:
        if isinstance(entry, JournalEntry):
            assert_comes_back(entry.event, entry.account_id)


@pytest.mark.parametrize(
    "settings_kept",
    [
        Settings(),
        Settings(slippage=costs.PerShareSlippage(Decimal("0.01")), commission=costs.BasisPointsCommission(Decimal(5))),
        Settings(slippage=costs.VolumeShareSlippage(), commission=costs.PerOrderCommission(Decimal("1.5"))),
        Settings(
            commission=costs.PerShareCommission(Decimal("0.005"), Decimal(1), Decimal("0.5")),
            intrabar=IntrabarPolicy.OPTIMISTIC,
            limit_fill=LimitFill.THROUGH,
            max_holding_days=3,
            max_daily_loss_percent=Decimal("2.5"),
        ),
    ],
    ids=["defaults", "per share, basis points", "volume share, per order", "everything else"],
)
def test_settings_keep_their_models(settings_kept: Settings) -> None:
    assert from_json(to_json(settings_kept), Settings) == settings_kept


def test_numbers_are_plain_and_times_are_in_utc() -> None:
    session = Session(1, Decimal("1E+5"), datetime(2024, 3, 4, 1, 2, 3, 4, tzinfo=UTC), enabled_for=timedelta(days=1))
    kept = json.loads(to_json(session))
    assert kept["startingCapital"] == "100000"
    assert kept["startedAt"] == "2024-03-04T01:02:03.000004Z"
    assert from_json(to_json(session), Session) == session


@pytest.mark.parametrize(
    ("model", "form"),
    [
        (costs.PerShareSlippage(Decimal("0.01")), {"perShare": "0.01"}),
        (costs.PerOrderCommission(Decimal("1.5")), {"perOrder": "1.5"}),
        (
            costs.PerShareCommission(Decimal("0.005"), Decimal(1)),
            {"perShare": {"rate": "0.005", "minimum": "1"}},
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_stored_has_the_form_of_the_apis_inputs(model: costs.Slippage | costs.Commission, form: object) -> None:
    field = "slippage" if isinstance(model, costs.Slippage) else "commission"
    settings = Settings(**{field: model})  # type: ignore[arg-type]
    assert json.loads(to_json(settings))[field] == form
    assert record_from_json(Settings, json.loads(to_json(settings))) == settings


def test_a_field_that_nobody_knows_is_refused() -> None:
    kept = json.loads(to_json(Session(1, Decimal(1), datetime(2024, 3, 4, tzinfo=UTC))))
    with pytest.raises(ForbiddenExtraKeysError):
        from_json(json.dumps({**kept, "surprise": 1}), Session)


def test_a_row_in_the_json_of_another_version_is_refused_in_one_line() -> None:
    require_encoding(ENCODING, "journal", 7)
    with pytest.raises(OtherEncoding, match=r"^journal 7 has encoding 4; this Papertape reads encoding 3: use .*$"):
        require_encoding(4, "journal", 7)
