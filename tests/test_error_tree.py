"""Every error of the api stands in one tree, which its root draws."""

import pkgutil
import re
from importlib import import_module
from inspect import getdoc, getmembers, isclass

import api
from api.errors import PapertapeError

NOT_IMPORTED = ("api.examples", "api.web.refresh", "api.web.screenshots", "api.feeds.data")


def error_classes() -> set[type[Exception]]:
    names = (module.name for module in pkgutil.walk_packages(api.__path__, "api."))
    modules = [import_module(name) for name in names if not name.startswith(NOT_IMPORTED)]
    classes = (value for module in modules for _, value in getmembers(module, isclass))
    return {error for error in classes if issubclass(error, Exception) and error.__module__.startswith("api.")}


def drawn_parents() -> dict[str, str]:
    """The errors that the root's docstring draws, each with the one that it stands below."""
    path, parents = [PapertapeError.__name__], dict[str, str]()
    for branches, name in re.findall(r"^ *((?:│   )*)[├└]── (\w+) ", getdoc(PapertapeError) or "", re.MULTILINE):
        depth = 1 + len(branches) // len("│   ")
        parents[name] = path[depth - 1]
        path[depth:] = [name]
    return parents


def public(errors: set[type[Exception]]) -> set[type[Exception]]:
    return {error for error in errors if not error.__name__.startswith("_")}


def test_every_error_of_the_api_has_the_one_root() -> None:
    assert [error for error in public(error_classes()) if not issubclass(error, PapertapeError)] == []


def test_the_root_draws_every_error_below_the_one_it_extends() -> None:
    assert {error.__name__: error.__bases__[0].__name__ for error in public(error_classes())} == {
        PapertapeError.__name__: "Exception",
        **drawn_parents(),
    }
