"""What is kept of events that were rendered: nothing."""

import gc
import json

from graphql import parse
from graphql.execution.collect_fields import FieldDetails

from api.graphql.execution.reference import ReferenceSubscription
from api.graphql.execution.requests import OperationRequest
from tests.api.toy import Desk, Tick, schema

QUERY = "subscription { ticks { number } }"


def test_a_stream_keeps_nothing_of_the_events_that_went_through_it() -> None:
    stream = ReferenceSubscription(schema, OperationRequest(QUERY, {}, None), parse(QUERY), Desk())
    kept: list[int] = []
    collected()
    for _ in range(3):
        for number in range(10):
            text = stream.render(Tick(number=number))
            assert isinstance(text, str)
            assert json.loads(text) == {"data": {"ticks": {"number": number}}}
        collected()
        kept.append(sum(isinstance(item, FieldDetails) for item in gc.get_objects()))
    assert kept == [kept[0]] * 3


def collected() -> None:
    """Until nothing is left that can go, of other tests either."""
    while gc.collect():
        pass
