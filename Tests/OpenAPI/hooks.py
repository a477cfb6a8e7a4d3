"""What schemathesis is to know of the service beyond its OpenAPI document."""

import atexit
import collections
import datetime
import json
import os
import pathlib
import re
import time
import urllib.parse
import uuid

import jsonschema_rs
import schemathesis
from hypothesis import strategies as st
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

_ROOT = pathlib.Path(__file__).parents[2]
DOCUMENT = json.loads((_ROOT / "docs" / "openapi.json").read_text())

# -- what was answered, for whoever runs this

_answers = collections.defaultdict(collections.Counter)


@schemathesis.hook
def after_call(context, case, response):
    operation = DOCUMENT["paths"][case.path].get(case.method.lower(), {})
    _answers[operation.get("operationId", "none")][response.status_code] += 1


@atexit.register
def _tell_answers():
    if path := os.environ.get("SCHEMATHESIS_ANSWERS"):
        pathlib.Path(path).write_text(json.dumps(_answers))


# -- formats that only the service knows, or narrows


def _uuidv7(random: int) -> str:
    """An id of now, since the time in a save's own id has limits."""
    value = (time.time_ns() // 1_000_000) << 80 | random
    value = value & ~(0xF << 76 | 0x3 << 62) | 0x7 << 76 | 0x2 << 62
    return str(uuid.UUID(int=value))


# What is none in UTC is none to the server: a year 0 or 10,000, and a second 60.
_INSTANTS = st.datetimes(datetime.datetime(2, 1, 1), datetime.datetime(9998, 12, 31))

schemathesis.openapi.format("uuidv7", st.integers(0, (1 << 80) - 1).map(_uuidv7))
schemathesis.openapi.format("date-time", _INSTANTS.map(lambda instant: f"{instant.isoformat()}Z"))
# None but the server makes these.
schemathesis.openapi.format("page-token", st.just(""))
schemathesis.openapi.format("resume-token", st.just(""))

# -- what streams answer


@schemathesis.check
def streamed_responses_conform(ctx, response, case):
    """response_schema_conformance for the lines of a stream, each of which is a response."""
    content = DOCUMENT["paths"][case.path].get(case.method.lower(), {}).get("responses", {})
    lines = content.get("200", {}).get("content", {}).get("application/x-ndjson")
    if response.status_code != 200 or lines is None:
        return
    # Python has other line breaks too, which may stand in a text.
    for line in filter(None, response.content.decode().split("\n")):
        said = json.loads(line)
        failure = said.get("error")
        schema = (
            lines["x-item-schema"]
            if failure is None
            else DOCUMENT["components"]["schemas"]["Status"]
        )
        errors = [error.message for error in _validator(schema).iter_errors(failure or said)]
        assert not errors, errors


# -- what is refused though the document allows it

# Rules of fields together, of which a schema says nothing.
RELATIONS = {
    "created_before": "must be later than created_after",
    "user_id": "can't stand together with all_users",
    "execution.end_time": "start_time",
    # A masked field that is absent is cleared, which these can't be.
    "execution.workflow_type": "is required",
    "execution.status": "is required, as update_mask names it",
}
FAILED_PRECONDITION = 9


@schemathesis.check
def allowed_data_is_accepted(ctx, response, case):
    """positive_data_acceptance, but for refusals by rules that no schema says."""
    if response.status_code == 400 and _is_of_relations(response.json()):
        return None
    return positive_data_acceptance(ctx, response, case)


def _is_of_relations(status: dict) -> bool:
    # The execution does not stand so that this can be done.
    if status["code"] == FAILED_PRECONDITION:
        return True
    violations = [
        (violation["field"], violation["description"])
        for detail in status.get("details", [])
        for violation in detail.get("fieldViolations", [])
    ]
    return bool(violations) and all(
        field in RELATIONS and RELATIONS[field] in description for field, description in violations
    )


# -- what is accepted though the document forbids it


# The numbers of the enums' values, by their names.
_NUMBERS = {
    name: int(number)
    for proto in _ROOT.glob("Protos/**/*.proto")
    for name, number in re.findall(r"(?m)^\s+([A-Z][A-Z0-9_]+) = (\d+);", proto.read_text())
}


@schemathesis.check
def forbidden_data_is_refused(ctx, response, case):
    """negative_data_rejection, but for what protobuf's JSON mapping reads besides what it writes
    (integers as strings, and enums by their numbers), what an update's mask doesn't name, which is
    dropped, whatever it is, and what FastAPI passes over."""
    if response.status_code == 200 and is_of_mapping(case.path, case.method, response.request):
        return None
    return negative_data_rejection(ctx, response, case)


def is_of_mapping(path: str, method: str, request) -> bool:
    """Whether all that was sent is what the document allows, read as the mapping reads it."""
    operation = DOCUMENT["paths"][path][method.lower()]
    parameters = [_resolved(one) for one in operation["parameters"]]
    target = urllib.parse.urlsplit(request.url)
    query = urllib.parse.parse_qs(target.query, keep_blank_values=True)
    if path.startswith("/api/workflows/"):
        # Parameters that are not known, and of one that stands several times all but the last.
        known = {one["name"] for one in parameters if one["in"] == "query"}
        query = {name: values[-1:] for name, values in query.items() if name in known}
    sent = {
        "path": _segments(path, target.path),
        "query": {name: values if len(values) > 1 else values[0] for name, values in query.items()},
        "header": {name.lower(): value.strip(" \t") for name, value in request.headers.items()},
    }
    for place, values in sent.items():
        known = {one["name"]: one for one in parameters if one["in"] == place}
        schema = {
            "type": "object",
            "properties": {name: one["schema"] for name, one in known.items()},
            "required": [name for name, one in known.items() if one.get("required")],
            # A request has fields beside its operation's.
            "additionalProperties": place == "header",
        }
        if values is None or not _is_valid(schema, _read(schema, values, is_text=True)):
            return False
    if "requestBody" not in operation:
        return not request.body
    try:
        body = json.loads(request.body or b"null")
    except ValueError:
        return False
    if not isinstance(body, dict):
        return False
    if "updateMask" in query:
        masked = query["updateMask"][0].split(",")
        body = {name: value for name, value in body.items() if name in masked}
    schema = _resolved(operation["requestBody"]["content"]["application/json"]["schema"])
    return _is_valid(schema, _read(schema, body))


def _segments(template: str, path: str) -> dict[str, str] | None:
    """What stands in a path for its parameters. None: it is not the template's."""
    pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]*)", re.escape(template))
    found = re.fullmatch(pattern, path)
    return found and {name: urllib.parse.unquote(text) for name, text in found.groupdict().items()}


def _resolved(value: dict) -> dict:
    if "$ref" not in value:
        return value
    found = DOCUMENT
    for name in value["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    return found


def _is_valid(schema: dict, value: object) -> bool:
    return _validator(schema).is_valid(value)


def _validator(schema: dict):
    whole = {**schema, "components": DOCUMENT["components"]}
    return jsonschema_rs.validator_for(whole, validate_formats=True)


def _read(schema: dict, value: object, is_text: bool = False) -> object:
    """The value as the mapping writes what it reads.

    is_text: Whether it was the text of a parameter, which has no quotes around strings.
    """
    schema = _resolved(schema)
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        return {name: _read(properties.get(name, {}), one, is_text) for name, one in value.items()}
    if is_text and "array" in kinds and not isinstance(value, list):
        value = [value]
    if isinstance(value, list):
        return [_read(schema.get("items", {}), one, is_text) for one in value]
    if is_text and "boolean" in kinds:
        return {"true": True, "false": False}.get(value, value)
    is_enum = "enum" in schema
    number = value
    if isinstance(value, str) and (is_text or not is_enum):
        try:
            number = json.loads(value)
        except ValueError:
            return value
    if isinstance(number, bool) or not isinstance(number, int | float):
        return value
    if is_enum:
        return {_NUMBERS.get(name): name for name in schema["enum"]}.get(number, value)
    return number if {"integer", "number"} & set(kinds) else value
