"""A backup put in a database's place: with `papertape restore`, and with cp, mv or rsync beside what a crash left."""

import os
import shutil
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from api.cli.main import main
from api.persistence.backup import take_place
from api.persistence.file_lock import held
from tests.cli.trading import COUNTS, SIGNAL, trade
from tests.processes import Finished, Server, papertape, serving

FILE = "papertape.sqlite3"
WAL, LOCK = f"{FILE}-wal", f"{FILE}.lock"
NOT_ITS_LOG = (
    f"papertape: {WAL} is not of {FILE} as it is now, but of another file or another state of it, and would destroy "
    f"it: put the backup in place with `papertape restore`, or move {WAL} away to go without what it holds\n"
)


def signals(server: Server) -> int:
    return int(server.query(COUNTS)["signals"]["totalCount"])


def head_in(output: str) -> str:
    return output.splitlines()[-1].removeprefix("Head ")


Here = Callable[..., Finished]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Here:
    """Runs a command in the test's folder, in this process."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> Finished:
        monkeypatch.setattr(sys, "argv", ["papertape", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        output = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Finished(ended.value.code, output.out, output.err)

    return run


@dataclass(frozen=True)
class Crash:
    """The files that a killed server left, with 25 signals; and backups of before, with 5 of them.

    `head` is that of the 25.
    """

    files: Path
    backups: dict[str, Path]
    head: str

    def again(self, folder: Path) -> Path:
        """The files once more, to be tried on."""
        shutil.copytree(self.files, folder, dirs_exist_ok=True)
        return folder / FILE


@pytest.fixture(scope="module")
def crash(tmp_path_factory: pytest.TempPathFactory) -> Crash:
    folder, kept = tmp_path_factory.mktemp("server"), tmp_path_factory.mktemp("backups")
    backups = {name: kept / name for name in ("cold", "packed", "pages", "backup")}
    with serving("--clock", "market", folder=folder) as server:
        trade(server)
        assert server.stop() == 0
    shutil.copy(folder / FILE, backups["cold"])
    with serving("--clock", "market", folder=folder) as server:
        assert papertape("backup", str(backups["backup"]), folder=folder).code == 0
        with closing(sqlite3.connect(folder / FILE)) as source, closing(sqlite3.connect(backups["pages"])) as target:
            source.execute("VACUUM INTO ?", (str(backups["packed"]),))
            source.backup(target)
        for _ in range(20):
            server.query(SIGNAL)
        head = head_in(papertape("backup", str(kept / "after"), folder=folder).out)
        server.kill()
    for path in folder.iterdir():
        if not path.name.startswith(FILE):
            path.unlink()
    assert (folder / WAL).stat().st_size > 0
    return Crash(folder, backups, head)


def cp(backup: Path, file: Path) -> None:
    shutil.copyfile(backup, file)


def mv(backup: Path, file: Path) -> None:
    shutil.copyfile(backup, file.with_name("moved"))
    file.with_name("moved").rename(file)


def rsync(backup: Path, file: Path) -> None:
    """Under another name first, and with the times of the backup."""
    shutil.copy2(backup, file.with_name(".papertape.x"))
    os.replace(file.with_name(".papertape.x"), file)


def in_place(backup: Path, file: Path) -> None:
    """As rsync --inplace and dd conv=notrunc write: over what is there."""
    with file.open("r+b") as out:
        out.write(backup.read_bytes())
        out.truncate()


def test_a_server_that_was_killed_goes_on_from_its_own_log(crash: Crash, tmp_path: Path, here: Here) -> None:
    crash.again(tmp_path)
    with serving("--clock", "market", "--log-format", "json", folder=tmp_path) as server:
        assert signals(server) == 25
        assert server.stop() == 0
        assert [line["event"] for line in server.logged() if line["level"] != "info"] == []
    verified = here("verify", "--expect", crash.head)
    assert (verified.code, head_in(verified.out)) == (0, crash.head)


@pytest.mark.parametrize("way", [cp, mv, rsync, in_place])
@pytest.mark.parametrize("kind", ["cold", "packed", "backup"])
def test_a_backup_beside_the_log_of_a_server_that_was_killed_is_refused_by_every_command(
    crash: Crash, tmp_path: Path, here: Here, way: Callable[[Path, Path], None], kind: str
) -> None:
    way(crash.backups[kind], crash.again(tmp_path))
    before = {path: path.read_bytes() for path in tmp_path.iterdir() if path.name != LOCK}
    for command in (
        "serve --port 0",
        "migrate",
        "verify",
        "backup copy",
        "report",
        "export journal",
        "export session 1",
    ):
        assert here(*command.split()) == Finished(1, "", NOT_ITS_LOG)
    assert {path: path.read_bytes() for path in tmp_path.iterdir() if path.name != LOCK} == before


def test_a_copy_without_its_log_is_sound_by_itself_and_is_found_by_the_head_that_was_expected(
    crash: Crash, tmp_path: Path, here: Here
) -> None:
    shutil.copy(crash.files / FILE, tmp_path)
    assert here("verify").code == 0
    verified = here("verify", "--expect", crash.head)
    assert verified.code == 1
    assert "- history lacks its end: it reaches " in verified.out
    assert f"the expected head is {crash.head}" in " ".join(verified.out.split())


@pytest.mark.parametrize("way", [None, cp], ids=["over the crashed files", "over a backup copied there"])
def test_restore_puts_a_backup_in_place_and_keeps_what_was_there(
    crash: Crash, tmp_path: Path, here: Here, way: Callable[[Path, Path], None] | None
) -> None:
    file, backup = crash.again(tmp_path), crash.backups["backup"]
    if way is not None:
        way(backup, file)
    there = {suffix: (tmp_path / f"{FILE}{suffix}").read_bytes() for suffix in ("", "-wal", "-shm")}
    file.chmod(0o600)
    restored = here("restore", str(backup))
    assert (restored.code, restored.err) == (0, "")
    lines = restored.out.splitlines()
    assert lines[-2].startswith("Head ")
    replaced = lines[-1].removeprefix(f"{FILE} is restored from {backup}. What was there is kept as ").removesuffix(".")
    assert {suffix: (tmp_path / f"{replaced}{suffix}").read_bytes() for suffix in there} == there
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [FILE, LOCK, *(f"{replaced}{suffix}" for suffix in there)]
    )
    assert file.stat().st_mode & 0o777 == 0o600
    with serving("--clock", "market", folder=tmp_path) as server:
        assert signals(server) == 5
        server.query(SIGNAL)
        assert server.stop() == 0
    assert here("verify", "--expect", lines[-2].removeprefix("Head ")).code == 0


def test_what_was_kept_can_be_restored_with_all_that_its_log_holds(crash: Crash, tmp_path: Path, here: Here) -> None:
    crash.again(tmp_path)
    assert here("restore", str(crash.backups["backup"])).code == 0
    (replaced,) = [path.name for path in tmp_path.iterdir() if "replaced" in path.name and path.name.endswith("Z")]
    back = here("restore", replaced)
    assert (back.code, back.out.splitlines()[-2]) == (0, f"Head {crash.head}")


def test_restore_makes_a_database_where_there_is_none(crash: Crash, here: Here) -> None:
    restored = here("restore", str(crash.backups["backup"]))
    assert restored.out.splitlines()[-1] == f"{FILE} is restored from {crash.backups['backup']}."
    assert here("verify").code == 0


def test_restore_is_refused_while_a_server_has_the_database(crash: Crash, tmp_path: Path, here: Here) -> None:
    with held(tmp_path / FILE):
        refused = here("restore", str(crash.backups["backup"]))
    assert refused.code == 1
    assert refused.complaint.startswith(f"papertape: {tmp_path / FILE} is held by process {os.getpid()} on ")
    assert not (tmp_path / FILE).exists()


def altered(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE commands SET sent = '{}' WHERE ordinal = 1")


def spoiled(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096 * 3 : 4096 * 5] = b"\xff" * 4096 * 2
    path.write_bytes(content)


def of_another_version(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0003'")


def itself(path: Path) -> None:
    path.unlink()
    path.symlink_to(FILE)


@pytest.mark.parametrize(
    ("prepare", "complaint"),
    [
        (altered, f"papertape: it differs from its own record, so {FILE} stays as it is"),
        (spoiled, "papertape: "),
        (lambda path: path.unlink(), "papertape: there is no file it"),
        (lambda path: path.write_text("no database"), f"papertape: cannot put it in the place of {FILE}: file is not"),
        (itself, "papertape: it is the database itself"),
        (of_another_version, "papertape: it is not restored: the database is at revision 0003, of another version"),
        (lambda path: shutil.copy(path.with_name(WAL), path.with_name("it-wal")), "papertape: it-wal is not of it as"),
    ],
    ids=["differs", "malformed", "not there", "no database", "itself", "of another version", "with a foreign log"],
)
def test_a_restore_that_fails_leaves_everything_as_it_was(
    crash: Crash, tmp_path: Path, here: Here, prepare: Callable[[Path], object], complaint: str
) -> None:
    crash.again(tmp_path)
    shutil.copy(crash.backups["backup"], tmp_path / "it")
    prepare(tmp_path / "it")
    before = {path: path.read_bytes() for path in tmp_path.iterdir() if path.name != LOCK}
    restored = here("restore", "it")
    assert restored.code == 1
    assert restored.err.replace(f"{tmp_path}/", "").startswith(complaint)
    assert restored.err.count("\n") == 1
    assert {path: path.read_bytes() for path in tmp_path.iterdir() if path.name != LOCK} == before


@pytest.mark.parametrize("at", ["the new file", FILE, WAL])
def test_a_file_that_cannot_be_renamed_leaves_all_names_as_they_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    file = tmp_path / FILE
    for name in (FILE, WAL, f"{FILE}-shm", "the new file"):
        (tmp_path / name).write_text(name)
    rename = Path.rename

    def stubborn(path: Path, target: Path) -> Path:
        if path.name == at:
            raise PermissionError(1, "Operation not permitted", path)
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", stubborn)
    with pytest.raises(PermissionError):
        take_place(tmp_path / "the new file", file, "replaced")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        name: name for name in (FILE, WAL, f"{FILE}-shm", "the new file")
    }
