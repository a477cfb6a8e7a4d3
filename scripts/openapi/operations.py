"""The operation that a rule makes of a method."""

import re

from google.protobuf.descriptor_pb2 import FieldDescriptorProto as Field

import failures
from contracts import Contracts
from rules import Rule, parameter_name
from schemas import Schemas, is_text


class Operations:
    """Operations by rules, with what notes say of each by its id: `tag`, the `required` fields of
    the request, those that are `left_out`, further `failures`, `links`, and `headers`."""

    def __init__(self, contracts: Contracts, schemas: Schemas, notes: dict):
        self._contracts = contracts
        self._schemas = schemas
        self._notes = notes["operations"]

    def operation(self, rule: Rule) -> dict:
        method = self._contracts.methods[rule.selector]
        request = method.input_type.removeprefix(".")
        notes = self._notes[rule.operation_id]
        comment = self._contracts.comment(rule.selector)
        operation = {
            "operationId": rule.operation_id,
            "tags": [notes["tag"]],
            "summary": comment.split("\n")[0].split(". ")[0].rstrip(".") + ".",
            "description": comment,
            "parameters": self._parameters(rule, request, notes),
        }
        statuses = [*failures.OF_EVERY_CALL, *notes.get("failures", [])]
        if rule.body is not None:
            operation["requestBody"] = self._body(rule, request, notes)
            statuses += failures.OF_BODIES
        response = self._response(method.output_type.removeprefix("."), method.server_streaming)
        if "links" in notes:
            response["links"] = notes["links"]
        operation["responses"] = {"200": response, **failures.responses(statuses)}
        return operation

    # -- the path, the query and the fields of the head

    def _parameters(self, rule: Rule, request: str, notes: dict) -> list[dict]:
        return [
            *(self._path_parameter(request, path) for path in rule.path_fields),
            *(
                self._query_parameter(
                    names, message, field, field.name in notes.get("required", [])
                )
                for names, message, field in self._query_fields(rule, request, notes)
            ),
            *(
                {"$ref": f"#/components/parameters/{name}"}
                for name in ["grpc-timeout", *notes.get("headers", [])]
            ),
        ]

    def _path_parameter(self, request: str, path: str) -> dict:
        *outer, name = path.split(".")
        for inner in outer:
            request = self._contracts.field(request, inner).type_name.removeprefix(".")
        field = self._contracts.field(request, name)
        return {
            "name": parameter_name(path),
            "in": "path",
            "required": True,
            "description": self._contracts.comment(f"{request}.{name}"),
            "schema": self._schemas.path_value(request, field),
        }

    def _query_fields(self, rule: Rule, request: str, notes: dict):
        """The fields that the query may say, each with the names that lead to it and its message.
        Nothing leads through fields that repeat."""
        if rule.body == "*":
            return
        waiting = [([], request, field) for field in self._contracts.messages[request].field]
        while waiting:
            names, message, field = waiting.pop(0)
            path = ".".join([*(one.name for one in names), field.name])
            if path in [*rule.path_fields, rule.body, *notes.get("left_out", [])]:
                continue
            if is_text(field):
                yield [*names, field], message, field
            elif field.label != Field.LABEL_REPEATED:
                inner = field.type_name.removeprefix(".")
                fields = self._contracts.messages[inner].field
                waiting += [([*names, field], inner, one) for one in fields]

    def _query_parameter(self, names: list, message: str, field: Field, is_required: bool) -> dict:
        schema = self._schemas.asked_value(message, field)
        description = self._contracts.comment(f"{message}.{field.name}")
        if field.type_name == ".google.protobuf.FieldMask":
            # The one text that says fields under their names in JSON, and only those.
            description = re.sub("_([a-z])", lambda letter: letter[1].upper(), description)
        parameter = {
            "name": ".".join(one.json_name for one in names),
            "in": "query",
            "description": description,
        }
        if is_required:
            parameter["required"] = True
        if field.label == Field.LABEL_REPEATED:
            # Said once for each element: `statuses=..&statuses=..`.
            return parameter | {
                "style": "form",
                "explode": True,
                "schema": {"type": "array", "items": schema},
            }
        return parameter | {"schema": schema}

    # -- the bodies

    def _body(self, rule: Rule, request: str, notes: dict) -> dict:
        left_out = [
            *(path.rpartition(".")[2] for path in rule.path_fields),
            *notes.get("left_out", []),
        ]
        required = list(notes.get("required", []))
        message = request
        if rule.body != "*":
            message = self._contracts.field(request, rule.body).type_name.removeprefix(".")
        schema = self._schemas.body(message, required, left_out)
        name = f"{rule.operation_id}Body"
        self._schemas.components[name] = schema
        return {
            # Where all of its fields may be left out, it may too.
            "required": bool(required),
            "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}},
        }

    def _response(self, message: str, is_stream: bool) -> dict:
        schema = self._schemas.answer(message)
        description = self._contracts.comment(message)
        if not is_stream:
            return {"description": description, "content": {"application/json": {"schema": schema}}}
        return {
            "description": description,
            "content": {
                "application/x-ndjson": {
                    "schema": {
                        "type": "string",
                        "description": "A response on each line. Where the call fails in the midst"
                        " of it, the last line is an object whose `error` is a Status.",
                    },
                    "x-item-schema": schema,
                },
                "text/event-stream": {
                    "schema": {
                        "type": "string",
                        "description": "A response as the data of each event. Where the call fails"
                        " in the midst of it, the last event has the type `error`, and a Status as"
                        " data.",
                    },
                    "x-item-schema": schema,
                },
            },
        }
