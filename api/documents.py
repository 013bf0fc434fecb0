"""How the API is described: examples, the problems of each endpoint, and OpenAPI 3.1 as tools expect it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from ninja import NinjaAPI
from ninja.openapi.docs import DocsBase
from ninja.openapi.schema import OpenAPISchema
from ninja.parser import Parser

from api import reading
from api.parameters import PATTERNS
from api.problems import KINDS, MEDIA_TYPE, Problem

Json = dict[str, Any]

EVERYWHERE = (
    "bad-request",
    "token-in-address",
    "invalid-token",
    "missing-scope",
    "address-too-long",
    "too-many-requests",
    "headers-too-long",
    "internal-error",
)
RETRY_AFTER = {"Retry-After": {"description": "Seconds after which to ask again.", "schema": {"type": "integer"}}}
HEADERS: dict[int, Json] = {
    401: {"WWW-Authenticate": {"description": "How to sign in.", "schema": {"type": "string"}}},
    429: RETRY_AFTER,
    503: RETRY_AFTER,
}
PROBLEM: Json = {
    "title": "Problem",
    "type": "object",
    "description": "A problem by RFC 9457. More members may follow.",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string", "description": "urn:contact-expert:problem: and the code."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What is wrong and how to mend it, for people."},
        "code": {"type": "string", "enum": sorted(KINDS), "description": "What is wrong, for programs."},
        "parameter": {"type": "string", "description": "The parameter that the problem is about."},
        "position": {"type": "integer", "description": "The character that is wrong, counted from 1."},
        "epoch": {"type": "integer", "description": "The epoch that the database has."},
        "scope": {"type": "string", "description": "The scope that the token lacks."},
        "warnings": {
            "type": "array",
            "description": "The warnings that are to be acknowledged, as the dry run tells them.",
            "items": {"type": "object"},
        },
        "errors": {
            "type": "array",
            "description": "Everything that is wrong with the parameters.",
            "items": {
                "type": "object",
                "required": ["parameter", "detail"],
                "properties": {"parameter": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}


def documented(
    *codes: str,
    example: Any = None,
    headers: dict[str, str] | None = None,
    more: dict[int, Json] | None = None,
    csv: bool = False,
) -> Json:
    """What an endpoint adds to its description: an example of its answer, that answer's headers, its problems."""
    answer: Json = {}
    if example is not None:
        answer["content"] = {"application/json": {"example": example}}
    if csv:
        answer["content"]["text/csv"] = {"schema": {"type": "string"}}
    if headers:
        answer["headers"] = {name: _header(text) for name, text in headers.items()}
    responses: dict[int, Json] = {200: answer} if answer else {}
    return {"responses": responses | (more or {}) | problems(*EVERYWHERE, *codes)}


def problems(*codes: str) -> dict[int, Json]:
    """The responses of these problems, by status."""
    found: dict[int, Json] = {}
    for code in codes:
        status = KINDS[code].status
        response = found.setdefault(
            status,
            {
                "description": "",
                "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": {}}},
                "headers": HEADERS.get(status, {}),
            },
        )
        response["content"][MEDIA_TYPE]["examples"][code] = {"value": Problem(code, KINDS[code].title + ".").body()}
        response["description"] = ", ".join(response["content"][MEDIA_TYPE]["examples"])
    return found


def plain(description: str, headers: dict[str, str] | None = None, media_type: str = "") -> Json:
    """A response that is not JSON."""
    response: Json = {"description": description}
    if headers:
        response["headers"] = {name: _header(text) for name, text in headers.items()}
    if media_type:
        response["content"] = {media_type: {"schema": {"type": "string"}}}
    return response


class ObjectParser(Parser):
    """Bodies are JSON objects; django-ninja would take an empty list for one without members."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        body = super().parse_body(request)
        if not isinstance(body, dict):
            raise ValueError("not an object")
        return body


class Docs(DocsBase):
    """The page to read; nothing in it comes from elsewhere or stands inline, and it needs no script."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **named: Any) -> HttpResponse:
        context = {
            "title": api.title,
            "description": reading.paragraphs(api.description),
            "groups": reading.groups(api.get_openapi_schema()),
        }
        return render(request, "api/docs.html", context)


class Api(NinjaAPI):
    """A ninja API whose document has problems in it and parameters that are left out rather than null."""

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        document = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        document["components"]["schemas"]["Problem"] = PROBLEM
        for path in document["paths"].values():
            for operation in path.values():
                for parameter in operation["parameters"]:
                    _tidy(parameter)
        return document


def _header(description: str) -> Json:
    return {"description": description, "schema": {"type": "string"}}


def _tidy(parameter: Json) -> None:
    """An optional parameter is absent, never null; examples of a parameter stand in its schema."""
    schema = parameter["schema"]
    kinds = [kind for kind in schema.pop("anyOf", []) if kind.get("type") != "null"]
    for kind in kinds:
        schema.update(kind)
    if schema.get("default", "") is None:
        del schema["default"]
    if parameter["name"] in PATTERNS:
        schema["pattern"] = PATTERNS[parameter["name"]]
    if isinstance(parameter.get("examples"), list):
        del parameter["examples"]


def without_body(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """An answer to HEAD: the headers of GET."""
    if request.method == "HEAD" and response.content:
        response["Content-Length"] = str(len(response.content))
        response.content = b""
    return response
