"""How messages are written as JSON: the settings of JSONMapping in Sources/ProtobufJSON that the
server uses."""

import dataclasses

from google.protobuf.descriptor_pb2 import FieldDescriptorProto as Field

_ZERO = "UNSPECIFIED"


@dataclasses.dataclass(frozen=True)
class Mapping:
    # What the names of the components begin with.
    prefix: str = ""
    writes_proto_names: bool = False
    writes_absent_as_null: bool = False
    writes_int64_as_strings: bool = True
    writes_plain_enum_names: bool = False
    # The fields whose empty text says that there is none.
    texts_without_empty: frozenset[str] = frozenset()

    def name(self, field: Field) -> str:
        return field.name if self.writes_proto_names else field.json_name

    def value(self, name: str, all_names: list[str]) -> str:
        """How a value of an enum is written."""
        zero = all_names[0]
        if not self.writes_plain_enum_names or not zero.endswith(_ZERO):
            return name
        return name.removeprefix(zero.removesuffix(_ZERO)).lower()

    def may_be_null(self, field: Field, has_presence: bool) -> bool:
        return self.writes_absent_as_null and has_presence or field.name in self.texts_without_empty


# That of protobuf.
PROTOBUF = Mapping()
# That of the reads under /api/workflows; see Sources/WorkflowsREST.
WORKFLOWS = Mapping(
    prefix="workflows.",
    writes_proto_names=True,
    writes_absent_as_null=True,
    writes_int64_as_strings=False,
    writes_plain_enum_names=True,
    texts_without_empty=frozenset(
        {"error_message", "most_common_type", "subject", "workflow_type"}
    ),
)
