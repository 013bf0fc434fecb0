"""What a thread hears of PostgreSQL, whatever else its process holds open."""

import os
import resource
from contextlib import ExitStack

import pytest
from django.db import connection

from common.news import CHANNEL, News

MANY = 1024  # more descriptors than select() takes


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite tells nobody")
def test_it_is_heard_in_a_process_that_holds_a_thousand_connections() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with ExitStack() as stack:
        stack.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2 * MANY), hard))
        stack.callback(connection.close)
        connection.close()
        for _ in range(MANY):
            stack.callback(os.close, os.dup(0))
        news = News(wait=0.01)
        news.wait()
        assert connection.connection.fileno() >= MANY
        news.wait()  # for what is not told
        with connection.cursor() as cursor:
            cursor.execute(f"NOTIFY {CHANNEL}")
        assert connection.connection.notifies
        news.wait()
        assert not connection.connection.notifies
