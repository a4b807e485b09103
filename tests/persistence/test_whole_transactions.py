"""The writer's transactions, one after another over a connection that SQLite keeps: each is done or undone, whole."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, event, update

from api.database_url import database_url as url_of
from api.errors import Unavailable
from api.persistence import tables
from api.persistence.database_errors import DatabaseFailure, OutcomeUnknown
from api.persistence.desk_row import newest
from api.persistence.engines import write_engine
from api.persistence.plain_transaction import PlainTransaction
from api.persistence.whole_transactions import WholeTransactions
from tests.databases import make_file


@pytest.fixture
def engine(sqlite_url: str) -> Iterator[Engine]:
    make_file(sqlite_url)
    engine = write_engine(url_of(sqlite_url))
    yield engine
    engine.dispose()


@pytest.fixture
def whole(engine: Engine) -> Iterator[WholeTransactions]:
    whole = WholeTransactions(engine)
    yield whole
    whole.release()


@contextmanager
def counted(engine: Engine) -> Iterator[Counter[str]]:
    """How often a connection is borrowed and given back."""
    counts: Counter[str] = Counter()
    for name in ("checkout", "checkin"):
        event.listen(engine, name, lambda *_, name=name: counts.update([name]))
    yield counts


class Work:
    """Sets the desk's ordinal; then it commits, or does what else is wanted."""

    def __init__(self, ordinal: int, problem: Exception | None = None, *, commits: bool = True) -> None:
        self._ordinal, self._problem, self._commits = ordinal, problem, commits

    def __call__(self, transaction: PlainTransaction) -> int:
        before = transaction.ask(newest)
        transaction.ask(lambda connection: connection.execute(update(tables.desk).values(ordinal=self._ordinal)))
        if self._problem is not None:
            raise self._problem
        if self._commits:
            transaction.commit()
        return before


def test_what_is_committed_goes_over_one_connection_that_is_borrowed_once(
    engine: Engine, whole: WholeTransactions
) -> None:
    with counted(engine) as counts:
        assert [whole.do(Work(ordinal)) for ordinal in (1, 2, 3)] == [0, 1, 2]
        assert counts == {"checkout": 1}
        whole.release()
        assert counts == {"checkout": 1, "checkin": 1}
        whole.release()
        assert counts == {"checkout": 1, "checkin": 1}
        assert whole.do(Work(4)) == 3
    assert counts == {"checkout": 2, "checkin": 1}


@pytest.mark.parametrize("problem", [None, Unavailable("no"), ValueError("no")])
def test_what_is_not_committed_is_undone_at_once_and_the_connection_given_back(
    engine: Engine, whole: WholeTransactions, problem: Exception | None
) -> None:
    whole.do(Work(1))
    with counted(engine) as counts:
        if problem is None:
            assert whole.do(Work(2, commits=False)) == 1
        else:
            with pytest.raises(type(problem), match=r"^no$"):
                whole.do(Work(2, problem))
        assert counts == {"checkin": 1}
        with engine.connect() as other:
            assert newest(other) == 1
        assert whole.do(Work(3)) == 1


def test_a_connection_of_which_a_commit_fails_is_used_no_more(engine: Engine, whole: WholeTransactions) -> None:
    whole.do(Work(1))
    connected: list[object] = []
    event.listen(engine, "connect", lambda connection, _: connected.append(connection))

    @event.listens_for(engine, "commit", once=True)
    def fail(_: object) -> None:
        raise OSError("the disk is gone")

    with pytest.raises(OutcomeUnknown):
        whole.do(Work(2))
    assert connected == []
    assert whole.do(Work(3)) == 1
    assert len(connected) == 1


def test_what_cannot_begin_is_a_failure_of_the_database_and_the_next_begins(
    engine: Engine, whole: WholeTransactions
) -> None:
    whole.do(Work(1))

    @event.listens_for(engine, "begin", once=True)
    def fail(_: object) -> None:
        raise OSError("the disk is gone")

    with pytest.raises(DatabaseFailure, match=r"^the disk is gone$"):
        whole.do(Work(2))
    assert whole.do(Work(3)) == 1
    assert whole.do(Work(4)) == 3
