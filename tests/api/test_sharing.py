"""What is kept of events that were rendered: nothing."""

import gc
import json

from graphql import build_schema, parse
from graphql.execution import Executor
from graphql.execution.collect_fields import FieldDetails

from api.graphql.execution.sharing import Renderer

SCHEMA = build_schema("""
  type Query { position: Position }
  type Subscription { event: Event }
  type Event { position: Position }
  type Position { symbol: String }
""")
QUERY = "subscription { event { position { symbol } } }"


async def test_a_stream_keeps_nothing_of_the_events_that_went_through_it() -> None:
    document = parse(QUERY)
    executor = Executor.build(SCHEMA, document)
    assert isinstance(executor, Executor)
    renderer = Renderer(executor, document, QUERY, None)
    kept: list[int] = []
    collected()
    for _ in range(3):
        for number in range(10):
            event = {"event": {"position": {"symbol": f"S{number}"}}}
            assert json.loads(await renderer.render(event)) == {"data": event}
        collected()
        kept.append(sum(isinstance(item, FieldDetails) for item in gc.get_objects()))
    assert kept == [kept[0]] * 3


def collected() -> None:
    """Until nothing is left that can go, of other tests either."""
    while gc.collect():
        pass
