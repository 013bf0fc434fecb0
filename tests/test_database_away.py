"""The console while its database is away: pages that say so, problems for programs, and when to come back."""

import json

import pytest
from django.db import OperationalError
from django.test import Client, RequestFactory

from common.errors import server_error
from scripts.installation import free_port
from tests.processes import finished

ASK = """
import json, django
django.setup()
from django.test import Client
client = Client(raise_request_exception=False)
client.cookies["sessionid"] = "x" * 32
client.cookies["csrftoken"] = "y" * 32
answers = {}
for path in ("/", "/accounts/login/", "/wallboard/", "/nowhere/", "/admin/", "/api/v1/domains/x/active"):
    answer = client.get(path)
    answers[path] = [answer.status_code, answer.get("Retry-After"), answer["Content-Type"], answer.content.decode()]
print(json.dumps(answers))
"""


def test_every_address_says_that_the_database_does_not_answer() -> None:
    away = f"postgres://nobody@127.0.0.1:{free_port()}/nothing"
    asked = finished("-c", ASK, DATABASE_URL=away, DJANGO_SETTINGS_MODULE="tests.settings")
    assert asked.returncode == 0, asked.stderr
    answers = json.loads(asked.stdout)
    api = {path for path in answers if path.startswith("/api/")}
    for path, (status, retry, kind, text) in answers.items():
        assert (status, bool(retry)) == (503, True), (path, text[:300])
        assert kind.startswith("application/problem+json" if path in api else "text/html"), path
        assert "The database does not answer" in text, path


def test_a_fault_of_ours_is_not_blamed_on_the_database(rf: RequestFactory) -> None:
    for error, status in ((OperationalError("gone"), 503), (ValueError("ours"), 500)):
        try:
            raise error
        except (OperationalError, ValueError):
            assert server_error(rf.get("/")).status_code == status


@pytest.mark.django_db
def test_pages_of_errors_belong_to_the_console_and_say_what_to_do(operator: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    for answer, status, words in (
        (operator.get("/nowhere/"), 404, "Back to the overview"),
        (operator.get("/infrastructure/application-servers/new/"), 403, "An administrator can give you a role"),
        (strict.post("/accounts/login/", {}), 403, "reload the page and send it again"),
        (operator.get("/", headers={"host": "elsewhere"}), 400, "ALLOWED_HOSTS"),
    ):
        text = answer.content.decode()
        assert answer.status_code == status, words
        assert words in text
        assert "Contact Expert" in text
