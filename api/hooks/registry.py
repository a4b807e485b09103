"""Which templates there are: the entry points of the group `papertape.hooks`."""

from collections.abc import Callable, Mapping
from functools import cache
from importlib.metadata import entry_points

from api.hooks.template import Template

GROUP = "papertape.hooks"

TemplateFactory = Callable[[], Template]
"""What an entry point names: makes a template."""


@cache
def all_templates() -> Mapping[str, Template]:
    """The templates that are installed, by name."""
    factories: dict[str, TemplateFactory] = {point.name: point.load() for point in entry_points(group=GROUP)}
    return {name: factory() for name, factory in sorted(factories.items())}
