"""JSON Schemas of messages, by a JSON mapping with documents in place."""

from google.protobuf.descriptor_pb2 import FieldDescriptorProto as Field

from contracts import Contracts
from mapping import Mapping

INTEGERS_32 = {"type": "integer", "format": "int32"}
_SCALARS = {
    Field.TYPE_DOUBLE: {"type": "number", "format": "double"},
    Field.TYPE_FLOAT: {"type": "number", "format": "float"},
    Field.TYPE_INT32: INTEGERS_32,
    Field.TYPE_SINT32: INTEGERS_32,
    Field.TYPE_SFIXED32: INTEGERS_32,
    Field.TYPE_INT64: {"type": "string", "format": "int64", "pattern": "^-?[0-9]+$"},
    Field.TYPE_BOOL: {"type": "boolean"},
    Field.TYPE_STRING: {"type": "string"},
    Field.TYPE_BYTES: {"type": "string", "contentEncoding": "base64"},
}
_WELL_KNOWN = {
    "google.protobuf.Timestamp": {"type": "string", "format": "date-time"},
    "google.protobuf.Duration": {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]{1,9})?s$"},
    "google.protobuf.FieldMask": {"type": "string"},
    "google.protobuf.DoubleValue": _SCALARS[Field.TYPE_DOUBLE],
    "google.protobuf.FloatValue": _SCALARS[Field.TYPE_FLOAT],
    "google.protobuf.Int32Value": INTEGERS_32,
    "google.protobuf.Int64Value": _SCALARS[Field.TYPE_INT64],
    "google.protobuf.BoolValue": {"type": "boolean"},
    "google.protobuf.StringValue": {"type": "string"},
    "google.protobuf.BytesValue": _SCALARS[Field.TYPE_BYTES],
}
# Holds JSON text, in whose place the value stands that the text is.
_DOCUMENT = "workflow_history.v1.JsonDocument"


class Schemas:
    """The schemas of what is asked and answered; those of answers are collected as components."""

    def __init__(self, contracts: Contracts, notes: dict, mapping: Mapping):
        self.contracts = contracts
        self._mapping = mapping
        self.components: dict[str, dict] = {}
        self._limits: dict[str, dict] = notes["limits"]
        self._forms: dict[str, dict] = notes["forms"]
        self._refused: list[str] = notes["refused_values"]
        self._met: set[str] = set()

    # -- what is answered

    def answer(self, message: str) -> dict:
        """A message as the server writes it: fields without presence are always there."""
        name = self._mapping.prefix + message.rpartition(".")[2]
        if name not in self.components:
            self.components[name] = {}
            fields = self.contracts.messages[message].field
            required = [
                self._mapping.name(field)
                for field in fields
                if self._mapping.writes_absent_as_null or not _has_presence(field)
            ]
            self.components[name] = _described(self.contracts.comment(message)) | {
                "type": "object",
                "properties": {
                    self._mapping.name(field): self._answered(message, field) for field in fields
                },
                **({"required": required} if required else {}),
            }
        return _reference(name)

    def _answered(self, message: str, field: Field) -> dict:
        value = self._answered_value(field) | self._form(message, field)
        if field.label == Field.LABEL_REPEATED:
            value = {"type": "array", "items": value}
        elif self._mapping.may_be_null(field, _has_presence(field)):
            value = _or_null(value)
        return _described(self.contracts.comment(f"{message}.{field.name}")) | value

    def _answered_value(self, field: Field) -> dict:
        if field.type == Field.TYPE_ENUM:
            return self._enum(field.type_name.removeprefix("."))
        message = field.type_name.removeprefix(".")
        if field.type == Field.TYPE_MESSAGE and message not in (_DOCUMENT, *_WELL_KNOWN):
            return self.answer(message)
        if field.type == Field.TYPE_INT64 and not self._mapping.writes_int64_as_strings:
            return {"type": "integer", "format": "int64"}
        return plain(field)

    def _enum(self, enum: str) -> dict:
        name = self._mapping.prefix + enum.rpartition(".")[2]
        values = [value.name for value in self.contracts.enums[enum].value]
        written = [self._mapping.value(one, values) for one in values]
        meanings = (
            f"- `{one}`: {self.contracts.comment(f'{enum}.{value}')}"
            for one, value in zip(written, values, strict=True)
        )
        self.components[name] = {
            "description": "\n".join([self.contracts.comment(enum), "", *meanings]),
            "type": "string",
            "enum": written,
        }
        return _reference(name)

    # -- what is asked

    def body(self, message: str, required: list[str], left_out: list[str]) -> dict:
        """A message as a body may say it; null says no more than that a field is left out."""
        fields = [one for one in self.contracts.messages[message].field if one.name not in left_out]
        names = [field.json_name for field in fields if field.name in required]
        return _described(self.contracts.comment(message)) | {
            "type": "object",
            "properties": {
                field.json_name: self._asked(message, field, field.name in required)
                for field in fields
            },
            **({"required": names} if names else {}),
            "additionalProperties": False,
        }

    def _asked(self, message: str, field: Field, is_required: bool) -> dict:
        schema = self.asked_value(message, field)
        if field.label == Field.LABEL_REPEATED:
            schema = {"type": "array", "items": schema}
        if not is_required:
            schema = _or_null(schema)
        return _described(self.contracts.comment(f"{message}.{field.name}")) | schema

    def asked_value(self, message: str, field: Field) -> dict:
        """One value of a field, with its limits."""
        inner = field.type_name.removeprefix(".")
        if field.type == Field.TYPE_ENUM:
            names = (value.name for value in self.contracts.enums[inner].value)
            schema = {"type": "string", "enum": [one for one in names if one not in self._refused]}
        elif field.type == Field.TYPE_MESSAGE and inner not in (_DOCUMENT, *_WELL_KNOWN):
            schema = self.body(inner, [], [])
        else:
            schema = dict(plain(field))
        return schema | self._form(message, field) | self._noted(self._limits, message, field)

    def path_value(self, message: str, field: Field) -> dict:
        """A value in a path, where no field can be left out: limits that let it be don't hold."""
        return plain(field) | self._form(message, field)

    # -- both

    def _form(self, message: str, field: Field) -> dict:
        return self._noted(self._forms, message, field)

    def _noted(self, notes: dict, message: str, field: Field) -> dict:
        key = f"{message.rpartition('.')[2]}.{field.name}"
        self._met.add(key)
        return notes.get(key, {})

    def unmet(self) -> list[str]:
        """The fields of notes that are in nothing that is asked or answered."""
        return sorted({*self._limits, *self._forms} - self._met)


def plain(field: Field) -> dict:
    """A value that is no object of named fields: a scalar, a document, a message with a form of its
    own."""
    if field.type != Field.TYPE_MESSAGE:
        return _SCALARS[field.type]
    # Of documents any value is one.
    return _WELL_KNOWN.get(field.type_name.removeprefix("."), {})


def is_text(field: Field) -> bool:
    """Whether a query can say a value of the field by itself."""
    return field.type != Field.TYPE_MESSAGE or field.type_name.removeprefix(".") in _WELL_KNOWN


def _has_presence(field: Field) -> bool:
    return field.type == Field.TYPE_MESSAGE and field.label != Field.LABEL_REPEATED


def _or_null(schema: dict) -> dict:
    if "$ref" in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    if "type" not in schema:
        return schema
    schema = schema | {"type": [schema["type"], "null"]}
    return schema | {"enum": [*schema["enum"], None]} if "enum" in schema else schema


def _described(comment: str) -> dict:
    return {"description": comment} if comment else {}


def _reference(name: str) -> dict:
    return {"$ref": f"#/components/schemas/{name}"}
