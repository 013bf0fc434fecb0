"""The web servers that bench/components.py asks, each a process group of its own for as long as it is measured."""

import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from bench.loads import Target, answers

BASE = Path(__file__).resolve().parent.parent
WORKERS = 2
ANSWER = {"domain": "site-0", "active_role": "primary", "epoch": 7, "web": "web-a.corp.example", "network": "private"}
NGINX = """daemon off; pid {folder}/pid; error_log {folder}/log; worker_processes {workers};
events {{ worker_connections 2048; }}
http {{ access_log off; keepalive_requests 1000000;
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  server {{ listen 127.0.0.1:{port} backlog=4096; default_type application/json;
    location / {{ return 200 '{answer}'; }} }} }}
"""


def nginx() -> str | None:
    """The path of nginx, if it is installed."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def granian() -> bool:
    """Whether granian is installed."""
    return importlib.util.find_spec("granian") is not None


def gunicorn_command(application: str, port: int) -> list[str]:
    """As deployed: deploy/gunicorn.conf.py."""
    where = ["--config", str(BASE / "deploy" / "gunicorn.conf.py"), "--bind", f"127.0.0.1:{port}"]
    return [sys.executable, "-m", "gunicorn", *where, "--workers", str(WORKERS), f"{application}:application"]


def granian_command(application: str, port: int) -> list[str]:
    """As docs/operations.md has it."""
    where = ["--host", "127.0.0.1", "--port", str(port), "--workers", str(WORKERS)]
    how = ["--interface", "wsgi", "--blocking-threads", "4", "--backpressure", "64", "--no-ws"]
    return [sys.executable, "-m", "granian", *how, *where, f"{application}:application"]


def nginx_command(folder: Path, port: int) -> list[str]:
    """Static JSON."""
    (folder / "nginx.conf").write_text(
        NGINX.format(folder=folder, port=port, workers=WORKERS, answer=json.dumps(ANSWER))
    )
    return [nginx() or "nginx", "-e", str(folder / "log"), "-c", str(folder / "nginx.conf")]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def cpu(pid: int) -> float:
    """CPU seconds of a server and its workers so far; other work on the machine does not change them much."""
    family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    return float(sum(sum(one.cpu_times()[:2]) for one in family))


@contextmanager
def serving(command: list[str], target: Target, **environment: str) -> Iterator[int]:
    """The server while it runs, once it answers: its workers start after it listens."""
    variables = os.environ | environment | {"PYTHONWARNINGS": "ignore"}
    process = subprocess.Popen(
        command, cwd=BASE, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        for _ in range(600):
            if process.poll() is not None:
                raise SystemExit(f"This ended with {process.returncode}: {' '.join(command)}")
            if answers(target):
                break
            time.sleep(0.1)
        yield process.pid
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
