"""What is written in the API's format is read back as it was."""

import json
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.codec.inputs import BadInput, changes_of, parsed, read_as
from api.codec.json_codec import plain_data
from domain.portfolio.settings import Settings
from tests.backtest.scenarios import plain
from tests.domain.domain_desk import settings_of
from tests.strategies import Chance


@given(st.integers(0, 2**32 - 1))
def test_settings_written_and_read_are_the_same_settings(seed: int) -> None:
    settings = Settings().changed(settings_of(Chance(Random(seed)).settings()))
    text = json.dumps(plain_data(settings))
    assert Settings().changed(changes_of(parsed(text))) == settings


@given(st.integers(0, 2**32 - 1))
def test_changes_as_a_client_sends_them_are_the_changes_that_the_desk_makes(seed: int) -> None:
    sent = Chance(Random(seed)).settings()
    assert Settings().changed(changes_of(plain(sent))) == Settings().changed(settings_of(sent))


@given(st.datetimes(datetime(1800, 1, 1), datetime(2199, 1, 1)), st.integers(-840, 840))
def test_a_time_keeps_its_instant(naive: datetime, minutes: int) -> None:
    moment = naive.replace(tzinfo=UTC)
    assert read_as(datetime, "time", plain_data(moment)) == moment
    assert plain_data(moment + timedelta(minutes=minutes)).endswith("Z")


def test_numbers_are_taken_from_their_text() -> None:
    given_ = parsed('{"leverage": 0.10000000000000000555, "maxHoldingDays": 3, "slippage": {"percent": 0.03}}')
    assert given_["leverage"] == "0.10000000000000000555"
    changed = Settings().changed(changes_of({**given_, "leverage": "2"}))
    assert str(plain_data(changed.slippage)) == "{'percent': '0.03'}"


@pytest.mark.parametrize("text", ["[1]", "{", "NaN", '{"leverage": NaN}', "[" * 100_000])
def test_a_text_that_is_no_json_object_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match=r"^not"):
        parsed(text)


def test_names_are_written_as_the_api_writes_them() -> None:
    sent = {"max_price_age_seconds": 1, "slippage": {"volume_share": {"volume_limit": "1"}}}
    assert plain(sent) == {"maxPriceAgeSeconds": 1, "slippage": {"volumeShare": {"volumeLimit": "1"}}}
