"""Which feeds there are: the entry points of the group `papertape.feeds`."""

from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points

from api.errors import BadArgument
from api.feeds.feed import Feed
from api.feeds.options import FeedOptions

GROUP = "papertape.feeds"

FeedFactory = Callable[[FeedOptions], Feed]
"""What an entry point names: makes a feed of its options. Raises BadArgument."""


def feed_names() -> list[str]:
    """The names of all feeds that are installed."""
    return sorted({point.name for point in entry_points(group=GROUP)})


def make_feed(options: FeedOptions) -> Feed:
    """The feed of a name, not connected yet. Raises BadArgument."""
    points: list[EntryPoint] = list(entry_points(group=GROUP, name=options.name))
    if not points:
        raise BadArgument(f"there is no feed {options.name!r}; there are {', '.join(feed_names())}")
    try:
        factory: FeedFactory = points[0].load()
    except ModuleNotFoundError as problem:
        missing = f"papertape[{options.name}]"
        raise BadArgument(f"the feed {options.name} needs {problem.name}: pip install '{missing}'") from None
    return factory(options)
