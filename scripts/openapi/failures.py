"""What is answered where a call fails: a google.rpc.Status, under the status of HTTP that goes with
its code."""

_RETRY_AFTER = {
    "retry-after": {
        "description": "How many seconds to wait before the call is made again, where that is"
        " known.",
        "schema": {"type": "integer", "minimum": 0},
    }
}

# By the status of HTTP: the response's name, what it says, and its fields.
RESPONSES = {
    "400": (
        "BadRequest",
        "INVALID_ARGUMENT, with the fields that are refused; FAILED_PRECONDITION, where the"
        " execution does not stand so that this may be done; or OUT_OF_RANGE, where a token is too"
        " old.",
        {},
    ),
    "401": (
        "Unauthenticated",
        "UNAUTHENTICATED: there is no token, or a bad one.",
        {
            "www-authenticate": {
                "description": "With an error where there is a token, which is a bad one.",
                "required": True,
                "schema": {"enum": ["Bearer", 'Bearer error="invalid_token"']},
            }
        },
    ),
    "403": (
        "PermissionDenied",
        "PERMISSION_DENIED: it is another user's, or the token lacks a scope.",
        {},
    ),
    "404": ("NotFound", "NOT_FOUND: there is no such execution.", {}),
    "409": (
        "Conflict",
        "ALREADY_EXISTS: the id is that of another save; or ABORTED: the execution has another"
        " version than the one expected.",
        {},
    ),
    "413": ("TooLarge", "RESOURCE_EXHAUSTED: the body is larger than 4 MiB.", {}),
    "414": (
        "TooLong",
        "RESOURCE_EXHAUSTED: by HTTP/1.1, path and query are longer than 16 KiB.",
        {},
    ),
    "415": ("NotJSON", "INVALID_ARGUMENT: the body is not said to be application/json.", {}),
    "429": (
        "ResourceExhausted",
        "RESOURCE_EXHAUSTED: the caller asks for more than it may have at a time.",
        _RETRY_AFTER,
    ),
    "431": ("FieldsTooLarge", "RESOURCE_EXHAUSTED: the header fields are too large.", {}),
    "500": (
        "Internal",
        "INTERNAL: a fault of the server, whose log says more.",
        {},
    ),
    "503": (
        "Unavailable",
        "UNAVAILABLE: the database is away, or the server is stopping. Call again.",
        _RETRY_AFTER,
    ),
    "504": (
        "DeadlineExceeded",
        "DEADLINE_EXCEEDED: it took longer than `grpc-timeout` allows.",
        {},
    ),
}

# What any call may be answered.
OF_EVERY_CALL = ("400", "401", "403", "414", "429", "431", "500", "503", "504")
OF_BODIES = ("413", "415")


def _detail(name: str, description: str, properties: dict, required: list[str]) -> dict:
    kind = {"const": f"type.googleapis.com/google.rpc.{name}"}
    return {
        "description": description,
        "type": "object",
        "properties": {"@type": kind, **properties},
        "required": ["@type", *required],
    }


_TEXT = {"type": "string"}
_VIOLATION = {
    "type": "object",
    "properties": {
        "field": {"type": "string", "description": "The field's path, as the protos spell it."},
        "description": {"type": "string", "description": "What is wrong with it, in English."},
    },
    "required": ["field", "description"],
}

SCHEMAS = {
    "Status": {
        "description": "Why a call failed: a google.rpc.Status.",
        "type": "object",
        "properties": {
            "code": {
                "type": "integer",
                "format": "int32",
                "minimum": 1,
                "maximum": 16,
                "description": "The code of gRPC, a google.rpc.Code.",
            },
            "message": {
                "type": "string",
                "description": "What is wrong and what to do, in English.",
            },
            "details": {
                "type": "array",
                "items": {
                    "oneOf": [
                        {"$ref": f"#/components/schemas/{name}"}
                        for name in ("BadRequest", "RetryInfo", "ErrorInfo")
                    ]
                },
            },
        },
        "required": ["code", "message"],
    },
    "BadRequest": _detail(
        "BadRequest",
        "The fields that are to blame.",
        {"fieldViolations": {"type": "array", "items": _VIOLATION}},
        ["fieldViolations"],
    ),
    "RetryInfo": _detail(
        "RetryInfo",
        "When to call again.",
        {"retryDelay": {"type": "string", "pattern": r"^[0-9]+(\.[0-9]{1,9})?s$"}},
        ["retryDelay"],
    ),
    "ErrorInfo": _detail(
        "ErrorInfo",
        "What failed, for programs.",
        {
            "reason": _TEXT,
            "domain": _TEXT,
            "metadata": {"type": "object", "additionalProperties": _TEXT},
        },
        ["reason", "domain"],
    ),
}


def components() -> dict:
    """The responses, by their names."""
    return {
        name: {
            "description": description,
            **({"headers": fields} if fields else {}),
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Status"}}},
        }
        for name, description, fields in RESPONSES.values()
    }


def responses(statuses: list[str]) -> dict:
    """References to the responses with these statuses."""
    return {
        status: {"$ref": f"#/components/responses/{RESPONSES[status][0]}"}
        for status in sorted(statuses)
    }
