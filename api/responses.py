"""Answers of telling.py as Django sends them."""

from django.http import HttpResponse

from api.telling import Told


def response_of(told: Told) -> HttpResponse:
    """The answer; its status is no error here, whatever it is, and Django would log each 503."""
    response = HttpResponse(told.body, status=told.status, headers=told.headers)
    if told.media_type:
        response["Content-Type"] = told.media_type
    else:
        del response["Content-Type"]
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response
