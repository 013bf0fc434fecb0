"""A thread with an event loop of its own, for errands that nobody waits for."""

import asyncio
import selectors
import socket
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress

Errand = Callable[[], Coroutine[None, None, None]]


class Background:
    """Runs errands until it is closed; the thread starts with the first one. Closing cancels what is under way."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._told = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def run(self, errand: Errand) -> None:
        """Begin an errand. Raises OSError without descriptors for a loop, RuntimeError without a thread."""
        loop = self._loop or self._start()
        loop.call_soon_threadsafe(self.spawn, errand)

    def close(self) -> None:
        """Cancel everything and end the thread."""
        if self._loop is None or self._thread is None:
            return
        with suppress(RuntimeError):  # it has ended already
            self._loop.call_soon_threadsafe(self._told.set)
        self._thread.join(timeout=1)

    def spawn(self, errand: Errand) -> asyncio.Task[None]:
        """Begin an errand, from within another one."""
        task = asyncio.get_running_loop().create_task(errand())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _start(self) -> asyncio.AbstractEventLoop:
        _try_descriptors()
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=self._work, args=(loop,), name=self._name, daemon=True)
        try:
            thread.start()
        except RuntimeError:
            loop.close()
            raise
        self._loop, self._thread = loop, thread
        return loop

    def _work(self, loop: asyncio.AbstractEventLoop) -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(self._until_told())

    async def _until_told(self) -> None:
        await self._told.wait()
        while self._tasks:  # again, because Python 3.11's wait_for forgets a cancellation that meets its result
            for task in self._tasks:
                task.cancel()
            await asyncio.wait(self._tasks, timeout=0.1)


def _try_descriptors() -> None:
    """Raise OSError when there are none for a loop: one that is made by half complains when it is collected."""
    with selectors.DefaultSelector():
        for end in socket.socketpair():
            end.close()
