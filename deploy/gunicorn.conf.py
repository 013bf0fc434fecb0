"""How gunicorn serves the console: gunicorn --config deploy/gunicorn.conf.py contact_expert.wsgi

Its own options on the command line and in GUNICORN_CMD_ARGS win over what stands here.
"""

import subprocess
import sys
from pathlib import Path
from typing import Any

worker_class = "contact_expert.worker.Worker"
workers = 2
threads = 4
graceful_timeout = 5
control_socket_disable = True  # it would open a socket under $HOME, which may be read-only
loglevel = "warning"

OLD_TABLES = "contact-expert: The database has not the tables of this version. Run: manage.py migrate\n"


def on_starting(server: Any) -> None:
    """Say in one sentence what is missing before any worker starts: a setting, the database or its tables."""
    manage = Path(__file__).resolve().parent.parent / "manage.py"
    done = subprocess.run([sys.executable, manage, "migrate", "--check"], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.stderr.write(done.stderr or OLD_TABLES)
        sys.exit(3)
