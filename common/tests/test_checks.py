"""What was set for an earlier version is said, not silently ignored."""

import io

import pytest
from django.core.management import call_command


def told() -> str:
    """What `manage.py check` says."""
    words = io.StringIO()
    call_command("check", stdout=words, stderr=words)
    return words.getvalue()


@pytest.mark.parametrize("name", ["TRUST_X_FORWARDED_FOR", "TRUST_X_FORWARDED_FOR_FILE"])
def test_a_variable_under_its_former_name_is_warned_about(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "common.W001" not in told()
    monkeypatch.setenv(name, "true")
    assert "(common.W001) TRUST_X_FORWARDED_FOR is set" in told()
    assert "HINT: Set TRUSTED_PROXIES" in told()
