"""python -m bench.held: what is held in memory for answers: time to build it, its size, and how fast patterns match."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from statistics import median

import psutil

PATTERNS = [
    "*" + "a*" * 13,
    "?" * 63 + "*",
    "*" + "?" * 63,
    "*a" * 31 + "b",
    "*a" * 32,
    "*a?a" * 16,
    "*" + "a??*" * 15,
    "*" * 64,
    "*ab*ba*ab*ba*ab*ba*c",
    "*.*.*.*.*.*.*.*.x",
]
TEXTS = ["a" * 64, "ab" * 32, "1." * 32]
DOMAINS, EACH = 1000, 50


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "contact_expert.settings",
            "SECRET_KEY": "only-for-this-benchmark-0123456789-abcdefghijklmnop",
            "ALLOWED_HOSTS": "127.0.0.1",
            "HTTPS": "false",
            "VAR_DIR": folder,
            "DATABASE_URL": f"sqlite:///{folder}/bench.sqlite3",
        }
        fill = [sys.executable, "-m", "bench.fleet", str(DOMAINS), "--each", str(EACH)]
        subprocess.run(fill, capture_output=True, check=True)
        import django

        django.setup()
        from api import directory, snapshot

        compiler = snapshot.Compiler()
        held = [built("rules and links", compiler), built("servers", directory.compiled)]
        saved()
        held.append(built("rules and links again, after one saved rule,", compiler))
    matched()


def built(name: str, build: Callable[[], object]) -> object:
    process = psutil.Process()
    before, started, worked = process.memory_info().rss, time.perf_counter(), time.process_time()
    held = build()
    took, worked = time.perf_counter() - started, time.process_time() - worked
    grown = process.memory_info().rss - before
    each = f"{DOMAINS} domains, {EACH} rules and {EACH} links each"
    print(f"{name} of {each}: {took:.2f} s ({worked:.2f} s of a processor), {grown / 1e6:.0f} MB")
    return held


def saved() -> None:
    from versioncontrol.models import VersionRule
    from versioncontrol.services import save_rule

    rule = VersionRule.objects.select_related("domain", "component").latest("pk")
    save_rule(rule=VersionRule(domain=rule.domain, component=rule.component, pattern="11.2"))


def matched() -> None:
    from versioncontrol.matching import matcher

    worst = 0.0
    for pattern in PATTERNS:
        for text in TEXTS:
            ready = matcher(pattern[:64])
            runs = []
            for _ in range(5):
                started = time.perf_counter()
                for _ in range(2000):
                    ready.admits(text)
                runs.append((time.perf_counter() - started) / 2000)
            worst = max(worst, median(runs))
    print(f"64 characters against the worst of {len(PATTERNS)} patterns: {worst * 1e6:.1f} µs")


if __name__ == "__main__":
    main()
