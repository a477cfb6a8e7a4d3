"""Each limit that the OpenAPI document names is the server's: what keeps it is not refused for it,
and what is just past it is."""

import json

import pytest

from harness import curl, openapi, tokens
from harness.identifiers import fresh_user

DOCUMENT = json.loads(openapi.DOCUMENT.read_text())
RUNNING = "WORKFLOW_STATUS_RUNNING"
# What makes the rest of a request good.
BODIES = {
    "SaveWorkflowExecution": {"workflowId": "wf-1", "workflowType": "etl", "status": RUNNING},
    "EstimateWorkflowExecution": {"workflowType": "etl"},
    "UpdateWorkflowExecution": {"status": RUNNING},
}
QUERIES = {"UpdateWorkflowExecution": {"updateMask": "status"}}


def resolved(value: dict) -> dict:
    if "$ref" not in value:
        return value
    found = DOCUMENT
    for name in value["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    return found


def edges(schema: dict, in_path: bool):
    """Each limit of a value: what just keeps it, and what just doesn't."""
    if "maximum" in schema:
        # No int32 is larger, and that is said of its type.
        yield schema["maximum"], schema["maximum"] + 1
    if "minimum" in schema:
        yield schema["minimum"], schema["minimum"] - 1
    if "maxLength" in schema and "format" not in schema:
        yield "x" * schema["maxLength"], "x" * (schema["maxLength"] + 1)
    # An empty segment is another path.
    if schema.get("minLength") and not in_path:
        yield "x", ""


def limits():
    for path, operations in DOCUMENT["paths"].items():
        for verb, operation in operations.items():
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            places = [
                (one["in"], one["name"], one["schema"])
                for one in map(resolved, operation["parameters"])
                if one["in"] in ("query", "path")
            ]
            if body:
                fields = resolved(body["schema"])["properties"]
                places += [("body", name, schema) for name, schema in fields.items()]
            for place, name, schema in places:
                for good, bad in edges(schema, place == "path"):
                    yield pytest.param(
                        *(verb.upper(), path, operation["operationId"], place, name, good, bad),
                        id=f"{operation['operationId']}-{name}-{str(bad)[:12]}",
                    )


@pytest.fixture
def caller(server) -> tuple[str, str]:
    """A user's token, and the id of an execution of theirs."""
    token = server.token(fresh_user(), tokens.ANY_USER)
    body = BODIES["SaveWorkflowExecution"]
    saved = curl.ask(server, "POST", "/v1/executions", token=token, body=body).json
    return token, saved["execution"]["id"]


@pytest.mark.parametrize(("verb", "path", "operation", "place", "name", "good", "bad"), limits())
def test_a_limit_is_the_servers(server, caller, verb, path, operation, place, name, good, bad):
    token, saved = caller

    def refused(value: object) -> bool:
        """Whether the server refuses the request for this value."""
        query = dict(QUERIES.get(operation, {}))
        body = dict(BODIES.get(operation, {})) if "requestBody" in of(path, verb) else None
        segments = {"id": saved, "executionId": saved, "workflow_id": "wf-1", "execution_id": saved}
        {"query": query, "path": segments, "body": body}[place][name] = value
        if operation == "UpdateWorkflowExecution" and place == "body":
            query["updateMask"] = name
        said = "&".join(f"{key}={one}" for key, one in query.items())
        target = path.format(**segments)
        # A watch ends no sooner; none has begun where a busy machine took all of its time for that.
        for seconds in (1, 10, 30):
            fields = (f"grpc-timeout: {seconds}S",) if "watch" in path else ()
            answer = curl.ask(
                server, verb, f"{target}?{said}", token=token, body=body, fields=fields
            )
            if answer.status != 504:
                break
        if answer.status not in (400, 422):
            assert answer.status in (200, 409), answer
            return False
        return name in blamed(answer.json)

    assert not refused(good)
    assert refused(bad)


def of(path: str, verb: str) -> dict:
    return DOCUMENT["paths"][path][verb.lower()]


def blamed(failure: dict) -> set[str]:
    """The names of the fields or parameters that are refused, as the document has them."""
    details = failure.get("details", failure.get("detail", []))
    paths = [one["field"] for detail in details for one in detail.get("fieldViolations", [])]
    paths += [".".join(detail["loc"]) for detail in details if "loc" in detail]
    names = {path.rpartition(".")[2] for path in paths}
    return names | {_camel_case(name) for name in names}


def _camel_case(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)
