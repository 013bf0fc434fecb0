"""make run: the console and one monitor on this machine, until Ctrl-C. PORT, DATABASE_URL and VAR_DIR are honoured."""

import os
import sys

from scripts import console, installation
from scripts.children import Child, Stop, Stopped, stop_all, watch
from scripts.installation import Fault


def main() -> int:
    stop = Stop()
    children: list[Child] = []
    try:
        serve(stop, children)
    except Stopped:
        pass
    except Fault as fault:
        return told(fault)
    finally:
        stop_all(children)
    say("Stopped.")
    return 0


def serve(stop: Stop, children: list[Child]) -> None:
    """Prepare, start both processes and stay with them; whatever was started stands in `children`."""
    port = installation.port(os.environ)
    environment = installation.environment(os.environ)
    console.prepare(environment, stop)
    children.append(console.web(environment, port))
    children.append(console.monitor(environment))
    if console.wait_until_it_serves(children[0], port, stop):
        say(f"Contact Expert is at http://{installation.ADDRESS}:{port}/ - Ctrl-C stops it.")
    watch(children, stop)


def told(fault: Fault) -> int:
    """Say why it does not go on; the exit code."""
    if str(fault):
        sys.stderr.write(f"contact-expert: {fault}\n")
    return fault.code


def say(sentence: str) -> None:
    print(sentence, flush=True)


if __name__ == "__main__":
    sys.exit(main())
