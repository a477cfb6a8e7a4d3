"""What a google.protobuf.FileDescriptorSet declares, by full names, with its comments."""

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
    FileDescriptorSet,
    MethodDescriptorProto,
)

# The numbers of fields in descriptor.proto, which make the paths of comments.
_MESSAGE, _ENUM, _SERVICE = 4, 5, 6
_FIELD, _NESTED_MESSAGE, _NESTED_ENUM = 2, 3, 4
_VALUE, _METHOD = 2, 2


class Contracts:
    """The messages, enums and methods of a set that was made with source info."""

    def __init__(self, serialized: bytes):
        self.messages: dict[str, DescriptorProto] = {}
        self.enums: dict[str, EnumDescriptorProto] = {}
        self.methods: dict[str, MethodDescriptorProto] = {}
        self._comments: dict[str, str] = {}
        for file in FileDescriptorSet.FromString(serialized).file:
            self._read(file)

    def comment(self, name: str) -> str:
        """What the proto says of a declaration; of a field or a value as `message.field`. Its
        paragraphs have a line each."""
        return self._comments.get(name, "")

    def field(self, message: str, name: str) -> FieldDescriptorProto:
        """The field of a message with the name that the proto gives it."""
        (found,) = (field for field in self.messages[message].field if field.name == name)
        return found

    def _read(self, file: FileDescriptorProto) -> None:
        located = {
            tuple(location.path): _paragraphs(location.leading_comments)
            for location in file.source_code_info.location
        }

        def note(name: str, path: tuple[int, ...]) -> str:
            self._comments[name] = located.get(path, "")
            return name

        def read_message(scope: str, message: DescriptorProto, path: tuple[int, ...]) -> None:
            name = note(f"{scope}.{message.name}", path)
            self.messages[name] = message
            for index, field in enumerate(message.field):
                note(f"{name}.{field.name}", (*path, _FIELD, index))
            for index, nested in enumerate(message.nested_type):
                read_message(name, nested, (*path, _NESTED_MESSAGE, index))
            for index, nested in enumerate(message.enum_type):
                read_enum(name, nested, (*path, _NESTED_ENUM, index))

        def read_enum(scope: str, enum: EnumDescriptorProto, path: tuple[int, ...]) -> None:
            name = note(f"{scope}.{enum.name}", path)
            self.enums[name] = enum
            for index, value in enumerate(enum.value):
                note(f"{name}.{value.name}", (*path, _VALUE, index))

        for index, message in enumerate(file.message_type):
            read_message(file.package, message, (_MESSAGE, index))
        for index, enum in enumerate(file.enum_type):
            read_enum(file.package, enum, (_ENUM, index))
        for index, service in enumerate(file.service):
            name = note(f"{file.package}.{service.name}", (_SERVICE, index))
            for number, method in enumerate(service.method):
                path = (_SERVICE, index, _METHOD, number)
                self.methods[note(f"{name}.{method.name}", path)] = method


def _paragraphs(comment: str) -> str:
    blocks = "\n".join(line.strip() for line in comment.splitlines()).strip().split("\n\n")
    return "\n\n".join(" ".join(block.split()) for block in blocks)
