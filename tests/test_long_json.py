"""JSON made bit by bit is what is made at once."""

import json

import pytest

from api.codec.long_json import long_json

ITEM = {"text": 'a "quoted" £\n', "none": None, "list": [1, [], {}], "yes": True}


@pytest.mark.parametrize("count", [0, 1, 200, 201, 1_000])
@pytest.mark.parametrize("make", [list, tuple])
def test_a_list_is_the_same_however_long_and_wherever(make: type, count: int) -> None:
    many = make([ITEM] * count)
    for value in (many, {"a": 1, "many": many, "more": {"many": many}, "b": "x"}, {}, "text", None):
        assert long_json(value) == json.dumps(value, separators=(",", ":"), ensure_ascii=False)
