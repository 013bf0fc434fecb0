"""The one place where whatever goes wrong becomes a problem."""

import logging
import math
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from ninja.errors import HttpError, ValidationError

from api.problems import Problem, for_status

log = logging.getLogger(__name__)

BY_PARAMETER = {"version": "invalid-version", "number": "invalid-number", "pattern": "invalid-pattern"}


def answer(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    """The exception handler of the API."""
    problem = as_problem(error)
    if problem.code in ("internal-error", "unavailable"):
        log.error(
            "%s %s: %s",
            request.method,
            request.path,
            problem.code,
            exc_info=error if isinstance(error, Exception) else None,
        )
    return problem.response()


def as_problem(error: Exception | type[Exception]) -> Problem:
    """The problem that an exception stands for."""
    match error:
        case Problem():
            return error
        case ValidationError():
            return _invalid(error.errors)
        case HttpError(status_code=400):
            return Problem("malformed-body", "Send the body as a JSON object, in UTF-8.")
        case HttpError():
            return Problem(for_status(error.status_code), str(error))
        case Http404():
            return Problem("not-found", "There is nothing at this address. The addresses are at /api/v1/docs.")
        case SuspiciousOperation():
            return Problem("bad-request", "The request is too big, or Django suspects it.")
        case OperationalError() | InterfaceError():
            return Problem("unavailable", "Ask again in a few seconds.", headers={"Retry-After": "5"})
        case _:
            return Problem("internal-error", "This is a fault of the console. Its log says more.")


def too_many(wait: float) -> Problem:
    """The problem of a client that asks too often; `wait` in seconds."""
    seconds = max(1, math.ceil(wait))
    return Problem(
        "too-many-requests",
        f"This client asks too often. Ask again in {seconds} s.",
        headers={"Retry-After": str(seconds)},
    )


def _invalid(errors: list[dict[str, Any]]) -> Problem:
    """All that is wrong with the parameters; the first of them gives the problem its code."""
    told = [{"parameter": _name(error["loc"]), "detail": error["msg"]} for error in errors]
    first = errors[0]
    name = told[0]["parameter"]
    missing = [one["parameter"] for one, error in zip(told, errors, strict=True) if error["type"] == "missing"]
    if missing:
        return Problem(
            "missing-parameter", f"Give the parameter {missing[0]}.", parameter=missing[0], more={"errors": told}
        )
    code = BY_PARAMETER.get(str(first["loc"][-1]), "invalid-parameter")
    return Problem(code, f"{name}: {first['msg']}.", parameter=name, more={"errors": told})


def _name(location: tuple[Any, ...]) -> str:
    """`rules.0.pattern` of ("body", "proposal", "rules", 0, "pattern"); `epoch` of ("query", "epoch")."""
    parts = location[2:] if location[0] == "body" and len(location) > 2 else location[1:]
    return ".".join(str(part) for part in parts) or str(location[0])
