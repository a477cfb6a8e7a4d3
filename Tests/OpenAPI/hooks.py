"""What schemathesis is to know of the service beyond its OpenAPI document."""

import atexit
import collections
import datetime
import json
import os
import pathlib
import time
import uuid

import jsonschema_rs
import schemathesis
from hypothesis import strategies as st
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

DOCUMENT = json.loads(pathlib.Path(__file__).parents[2].joinpath("docs/openapi.json").read_text())

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


@schemathesis.check
def forbidden_data_is_refused(ctx, response, case):
    """negative_data_rejection, but for what protobuf's JSON mapping reads besides what it writes
    (integers as strings, and enums by their numbers), what an update's mask doesn't name, which is
    dropped, whatever it is, and what FastAPI passes over."""
    if response.status_code == 200 and _is_of_mapping(case):
        return None
    return negative_data_rejection(ctx, response, case)


def _is_of_mapping(case) -> bool:
    operation = DOCUMENT["paths"][case.path][case.method.lower()]
    schemas = {
        parameter["name"]: parameter["schema"]
        for parameter in map(_resolved, operation["parameters"])
        if parameter["in"] == "query"
    }
    required = [
        one["name"] for one in map(_resolved, operation["parameters"]) if one.get("required")
    ]
    query = {"type": "object", "properties": schemas, "additionalProperties": False}
    query["required"] = [name for name in required if name in schemas]
    said = dict(case.query or {})
    if case.path.startswith("/api/workflows/"):
        # Parameters that are not known, and of one that stands several times all but the last.
        said = {
            name: one[-1] if isinstance(one, list) and one else one
            for name, one in said.items()
            if name in schemas
        }
    asked = {name: _of_text(schemas.get(name, {}), one) for name, one in said.items()}
    if not _is_read_as(query, asked):
        return False
    if "requestBody" not in operation or not isinstance(case.body, dict):
        return True
    sent = case.body
    if "updateMask" in schemas:
        masked = case.query["updateMask"].split(",")
        sent = {name: value for name, value in sent.items() if name in masked}
    body = operation["requestBody"]["content"]["application/json"]["schema"]
    return _is_read_as(_resolved(body), sent)


def _of_text(schema: dict, value: object) -> object:
    """What a parameter's text says, where that is true or false."""
    truths = {"true": True, "false": False}
    is_truth = schema.get("type") == "boolean" and isinstance(value, str)
    return truths.get(value, value) if is_truth else value


def _resolved(value: dict) -> dict:
    if "$ref" not in value:
        return value
    found = DOCUMENT
    for name in value["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    return found


def _is_read_as(schema: dict, value: object) -> bool:
    return _validator(schema).is_valid(_read(schema, value))


def _validator(schema: dict):
    return jsonschema_rs.validator_for({**schema, "components": DOCUMENT["components"]})


def _read(schema: dict, value: object) -> object:
    """The value as the mapping writes what it reads."""
    schema = _resolved(schema)
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        return {name: _read(properties.get(name, {}), one) for name, one in value.items()}
    if isinstance(value, list):
        return [_read(schema.get("items", {}), one) for one in value]
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    try:
        number = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return value
    if isinstance(number, bool) or not isinstance(number, int | float):
        return value
    if "enum" in schema:
        return schema["enum"][0]
    return number if {"integer", "number"} & set(kinds) else value
