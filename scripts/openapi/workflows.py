"""The reads under /api/workflows, which no rule describes: see Sources/WorkflowsREST. Their answers
are of the service's messages, by a mapping of their own."""

import failures
from mapping import WORKFLOWS

TAG = {
    "name": "workflows",
    "description": "Reads for callers of the FastAPI service: names in snake_case, null for what is"
    " absent, plain statuses. A caller reads its own. As FastAPI has it, parameters that are not"
    " known, and bodies, are passed over, and of a parameter that stands several times the last"
    " counts.",
}
_STATUSES = ["pending", "running", "completed", "failed", "paused"]


def _reference(kind: str, name: str) -> dict:
    return {"$ref": f"#/components/{kind}/{WORKFLOWS.prefix}{name}"}


def _schema(name: str) -> dict:
    return _reference("schemas", name)


def _integer(description: str, bits: int = 32, **limits: object) -> dict:
    return {"description": description, "type": "integer", "format": f"int{bits}", **limits}


def _text(description: str, **limits: object) -> dict:
    return {"description": description, "type": "string", **limits}


def _array(description: str, items: dict) -> dict:
    return {"description": description, "type": "array", "items": items}


def _object(description: str, **properties: dict) -> dict:
    """An object that has all of these."""
    return {
        "description": description,
        "type": "object",
        "properties": properties,
        "required": list(properties),
    }


# -- what is asked

# Tests/WorkflowsRESTTests holds limits, defaults and statuses to those of the endpoints.
_IN_ANY_CASE = "|".join(
    "".join(f"[{letter.upper()}{letter}]" for letter in status) for status in _STATUSES
)
_ASKED = {
    "limit": _integer("How many executions at most.", minimum=1, maximum=100, default=20),
    "offset": _integer(
        "How many executions to pass over first.", minimum=0, maximum=1_000_000, default=0
    ),
    "status_filter": _text(
        "Only executions with this status, in letters of any case. Empty: any. `status` is another"
        " name of it.",
        pattern=f"^(?:{_IN_ANY_CASE})?$",
    ),
    "workflow_type": _text("Only executions of this type. Empty: any.", maxLength=255),
    "days": _integer(
        "The window is this many days of 24 hours up to now.", minimum=1, maximum=365, default=30
    ),
    "execution_id": _text("The execution's id.", format="uuid"),
    "workflow_id": _text("The workflow.", minLength=1, maxLength=255),
}


def _parameter(name: str, schema: dict) -> dict:
    place = {"in": "path", "required": True} if name.endswith("_id") else {"in": "query"}
    schema = dict(schema)
    return {"name": name, **place, "description": schema.pop("description"), "schema": schema}


# -- what is answered

_PAGE = {
    "executions": _array(
        "Newest first, with their documents. A page ends at 3 MiB, however few it holds.",
        _schema("WorkflowExecution"),
    ),
    "total": _integer("How many there are on all pages together.", bits=64),
    "limit": _integer("The `limit` that was asked for."),
    "offset": _integer("The `offset` that was asked for."),
    "next_offset": _integer(
        "The `offset` of the page after this one; null after the last.", bits=64
    )
    | {"type": ["integer", "null"]},
}
_STATUS_FILTER = {
    "description": "The `status_filter` that was asked for.",
    "type": ["string", "null"],
    "enum": [*_STATUSES, None],
}
# What stands here of a message goes before what its proto says.
SCHEMAS = {
    "History": _object("A page of the caller's executions.", **_PAGE, status_filter=_STATUS_FILTER),
    "WorkflowHistory": _object(
        "A page of one workflow's executions.", workflow_id=_text("The workflow."), **_PAGE
    ),
    "PerformanceMetrics": {
        "properties": {
            "optimization_tips": _array(
                "What to do about it, in a sentence or two each. Never empty.", {"type": "string"}
            ),
            "tips": _array(
                "The same, with the kind, the severity and the evidence of each.",
                _schema("OptimizationTip"),
            ),
        },
        "required": ["tips"],
    },
    "Detail": _object(
        "Why a call failed.", detail=_text("What is wrong and what to do, in English.")
    ),
    "Problems": _object(
        "Why parameters are refused.", detail=_array("What is wrong with each.", _schema("Problem"))
    ),
    "Problem": _object(
        "What is wrong with one parameter.",
        loc=_array("Where it is: `query` or `path`, and the parameter's name.", {"type": "string"}),
        msg=_text("What is wrong, in English."),
        type=_text("What kind of fault it is, by pydantic's names."),
    ),
}
MESSAGES = ("WorkflowExecution", "WorkflowStatistics", "PerformanceMetrics")

# By the status of HTTP, as in `failures`, whose fields they have.
_FAILURES = {
    "401": ("Unauthenticated", "There is no token, or a bad one.", "Detail"),
    "403": ("PermissionDenied", "It is another user's.", "Detail"),
    "404": ("NotFound", "There is no such execution.", "Detail"),
    "414": ("TooLong", "By HTTP/1.1, path and query are longer than 16 KiB.", "Detail"),
    "422": ("Unprocessable", "Parameters are bad, or not there.", "Problems"),
    "429": ("TooMany", "The caller asks for more than it may have at a time.", "Detail"),
    "431": ("FieldsTooLarge", "The header fields are too large.", "Detail"),
    "500": ("Internal", "A fault of the server, whose log says more.", "Detail"),
    "503": (
        "Unavailable",
        "The database is away, or the server is stopping. Call again.",
        "Detail",
    ),
    "504": ("DeadlineExceeded", "It took too long.", "Detail"),
}


def _failure(status: str, description: str, schema: str) -> dict:
    fields = failures.RESPONSES[status][2] if status in failures.RESPONSES else {}
    return {
        "description": description,
        **({"headers": fields} if fields else {}),
        "content": {"application/json": {"schema": _schema(schema)}},
    }


# -- the operations


def _read(name: str, summary: str, asked: list[str], answer: str) -> dict:
    statuses = [status for status in _FAILURES if status != "404" or "execution_id" in asked]
    responses = {status: _reference("responses", _FAILURES[status][0]) for status in statuses}
    responses["200"] = {
        "description": summary,
        "content": {"application/json": {"schema": _schema(answer)}},
    }
    return {
        "get": {
            "operationId": name,
            "tags": [TAG["name"]],
            "summary": summary,
            "description": summary,
            "parameters": [_reference("parameters", one) for one in asked],
            "responses": dict(sorted(responses.items())),
        }
    }


_ROOT = "/api/workflows"
PATHS = {
    f"{_ROOT}/history": _read(
        "get_user_workflow_history",
        "Returns a page of the caller's executions, newest first.",
        ["limit", "offset", "status_filter", "workflow_type"],
        "History",
    ),
    f"{_ROOT}/{{workflow_id}}/history": _read(
        "get_workflow_history",
        "Returns a page of one workflow's executions, newest first.",
        ["workflow_id", "limit", "offset"],
        "WorkflowHistory",
    ),
    f"{_ROOT}/{{execution_id}}/details": _read(
        "get_workflow_execution_details",
        "Returns one execution with its documents.",
        ["execution_id"],
        "WorkflowExecution",
    ),
    f"{_ROOT}/statistics": _read(
        "get_workflow_statistics",
        "Returns counts, rates and durations over the last days.",
        ["days", "workflow_type"],
        "WorkflowStatistics",
    ),
    f"{_ROOT}/performance-metrics": _read(
        "get_performance_metrics",
        "Returns speed classes, errors, tips and the efficiency trend over the last days.",
        ["days", "workflow_type"],
        "PerformanceMetrics",
    ),
}


def components() -> dict:
    """The parameters and responses, by their names."""
    return {
        "parameters": {
            WORKFLOWS.prefix + name: _parameter(name, schema) for name, schema in _ASKED.items()
        },
        "responses": {
            WORKFLOWS.prefix + name: _failure(status, description, schema)
            for status, (name, description, schema) in _FAILURES.items()
        },
    }
