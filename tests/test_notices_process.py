"""A monitor of its own process delivers notices while another subscriber hangs, and still ends at once."""

import signal

from failover.tests.listeners import listening
from failover.tests.test_sending import answering, hangs
from tests.processes import PROMPT, until
from tests.test_monitor_process import Monitor, monitor

__all__ = ["monitor"]

SUBSCRIBE = """
from failover.testing import NoticeFactory, SubscriberFactory
for name, address in (("hangs", "{hangs}"), ("takes", "{takes}")):
    NoticeFactory.create(subscriber=SubscriberFactory.create(name=name, address=address))
"""


def test_a_subscriber_that_hangs_delays_neither_another_nor_the_end(monitor: Monitor) -> None:
    with listening(hangs) as port, answering(204) as (address, got):
        script = SUBSCRIBE.format(hangs=f"http://127.0.0.1:{port}/", takes=address)
        monitor.manage("shell", "-v0", "-c", script)
        monitor.wait_for("leads, term 1")
        assert until(lambda: got or None, 30)
        assert monitor.stop(signal.SIGTERM, PROMPT) == 0
    assert "Traceback" not in monitor.text
    assert "whsec_" not in monitor.text
