"""The OpenAPI document as people read it: operations by their group, with parameters, answers and examples. Pure."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

Json = Mapping[str, Any]


def groups(document: Json) -> list[dict[str, Any]]:
    """The operations by their tag, in the order of the document."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            found.setdefault(operation["tags"][0], []).append(_operation(document, path, method, operation))
    return [{"name": name, "operations": operations} for name, operations in found.items()]


def paragraphs(text: str) -> list[str]:
    """A description's paragraphs, without its marks."""
    return [" ".join(part.split()).replace("`", "") for part in text.split("\n\n") if part.strip()]


def _operation(document: Json, path: str, method: str, operation: Json) -> dict[str, Any]:
    answers = operation["responses"]
    good = answers.get(200, answers.get("200", {})).get("content", {}).get("application/json", {})
    return {
        "anchor": operation["operationId"],
        "summary": operation["summary"],
        "method": method.upper(),
        "path": path,
        "description": paragraphs(operation.get("description", "")),
        "parameters": [_parameter(document, one) for one in operation.get("parameters", ())],
        "body": _body(document, operation),
        "answers": [
            {"status": status, "description": answer["description"], "headers": list(_headers(answer))}
            for status, answer in sorted(answers.items(), key=lambda one: str(one[0]))
        ],
        "example": _pretty(good["example"]) if "example" in good else "",
    }


def _parameter(document: Json, parameter: Json) -> dict[str, Any]:
    schema = _resolved(document, parameter["schema"])
    return {
        "name": parameter["name"],
        "place": parameter["in"],
        "required": parameter.get("required", False),
        "description": " ".join(paragraphs(parameter.get("description") or schema.get("description", ""))),
        "values": schema.get("enum", []),
        "example": parameter.get("example", next(iter(parameter["schema"].get("examples", ())), "")),
    }


def _headers(answer: Json) -> Iterator[tuple[str, str]]:
    for name, header in answer.get("headers", {}).items():
        yield name, header["description"]


def _body(document: Json, operation: Json) -> str:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    return _pretty(_example(document, content["schema"])) if content else ""


def _example(document: Json, schema: Json) -> Any:
    """A value that the schema describes, from the examples of its members."""
    schema = _resolved(document, schema)
    if schema.get("examples"):
        return schema["examples"][0]
    if "enum" in schema:
        return schema["enum"][0]
    if "properties" in schema:
        return {name: _example(document, member) for name, member in schema["properties"].items()}
    if schema.get("type") == "array":
        return [_example(document, schema["items"])]
    return schema.get("default", "2026-12-01T00:00:00Z" if schema.get("format") == "date-time" else "")


def _resolved(document: Json, schema: Json) -> dict[str, Any]:
    """The schema itself behind references, and behind “or null”."""
    found = dict(schema)
    while "$ref" in found or "anyOf" in found:
        inner = found.pop("anyOf", None)
        if inner:
            found = {**found, **next(one for one in inner if one.get("type") != "null")}
        else:
            found = {**document["components"]["schemas"][found.pop("$ref").rpartition("/")[2]], **found}
    return found


def _pretty(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
