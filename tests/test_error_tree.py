"""Every error of the api and of the domain stands in one tree, which its roots draw, and every refusal in another."""

import pkgutil
import re
from importlib import import_module
from inspect import getdoc, getmembers, isclass
from typing import Any

import pytest

import api
import domain
from api.errors import PapertapeError
from domain import refusals
from domain.errors import DomainError, ExpectedError
from domain.refusals import ErrorCode

NOT_IMPORTED = ("api.examples", "api.web.refresh", "api.web.screenshots", "api.feeds.data")
ROOTS = [(api, PapertapeError), (domain, DomainError)]


def error_classes(package: Any) -> set[type[Exception]]:
    """The public errors that a package defines, but for the root of all."""
    prefix = f"{package.__name__}."
    names = (module.name for module in pkgutil.walk_packages(package.__path__, prefix))
    modules = [import_module(name) for name in names if not name.startswith(NOT_IMPORTED)]
    classes = (value for module in modules for _, value in getmembers(module, isclass))
    errors = {error for error in classes if issubclass(error, Exception) and error.__module__.startswith(prefix)}
    return {error for error in errors if not error.__name__.startswith("_")} - {ExpectedError}


def drawn_parents(root: type[Exception]) -> dict[str, str]:
    """The errors that a root's docstring draws, each with the one that it stands below."""
    path, parents = [root.__name__], dict[str, str]()
    for branches, name in re.findall(r"^ *((?:│ {3}| {4})*)[├└]── (\w+) ", getdoc(root) or "", re.MULTILINE):
        depth = 1 + len(branches) // len("│   ")
        parents[name] = path[depth - 1]
        path[depth:] = [name]
    return parents


@pytest.mark.parametrize(("package", "root"), ROOTS)
def test_every_error_has_the_root_of_its_package(package: Any, root: type[Exception]) -> None:
    assert [error for error in error_classes(package) if not issubclass(error, root)] == []


@pytest.mark.parametrize(("package", "root"), ROOTS)
def test_a_root_draws_every_error_below_the_one_it_extends(package: Any, root: type[Exception]) -> None:
    assert {error.__name__: error.__bases__[0].__name__ for error in error_classes(package)} == {
        root.__name__: ExpectedError.__name__,
        **drawn_parents(root),
    }


def test_the_one_root_draws_both() -> None:
    assert drawn_parents(ExpectedError) == {root.__name__: ExpectedError.__name__ for _, root in ROOTS}


def test_the_tree_of_refusals_draws_every_code_once() -> None:
    drawn = re.search(r"^ *Refusal\n(.*?)\n\n", getdoc(refusals) or "", re.MULTILINE | re.DOTALL)
    assert drawn is not None
    assert sorted(re.findall(r"\b[A-Z][A-Z_]{5,}\b", drawn[1])) == sorted(code.value for code in ErrorCode)
