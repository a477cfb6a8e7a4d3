"""The HTTP rules of a service config (google.api.Service in JSON), each binding by itself."""

import dataclasses
import re

_METHODS = ("get", "put", "post", "delete", "patch")


@dataclasses.dataclass(frozen=True)
class Rule:
    """How a method is called by HTTP: a binding of google.api.HttpRule."""

    # The full name of the method.
    selector: str
    # HTTP's method, in lower case.
    verb: str
    # The path's template, whose fields have the names that the proto gives them.
    path: str
    # The field that the body is, "*" for the whole request, or none.
    body: str | None
    # Whether it stands beside another binding of its method.
    is_additional: bool

    @property
    def path_fields(self) -> list[str]:
        """The fields that the path names, each by the names that lead to it."""
        return re.findall(r"\{(.*?)\}", self.path)

    @property
    def document_path(self) -> str:
        """The path with its fields under their own names alone, in lowerCamelCase: OpenAPI takes
        paths that differ in nothing else for the same."""
        return re.sub(r"\{(.*?)\}", lambda field: f"{{{parameter_name(field[1])}}}", self.path)

    @property
    def operation_id(self) -> str:
        """The method's name; of an additional binding with the fields that its path names."""
        name = self.selector.rpartition(".")[2]
        if not self.is_additional:
            return name
        words = "_".join(self.path_fields).replace(".", "_").split("_")
        return f"{name}By{''.join(word.capitalize() for word in words)}"


def parameter_name(field: str) -> str:
    """How a path's parameter is called which is the field at this path."""
    first, *others = field.rpartition(".")[2].split("_")
    return first + "".join(word.capitalize() for word in others)


def rules_of(service_config: dict) -> list[Rule]:
    """Every binding, in the order of the config."""
    return [
        Rule(rule["selector"], verb, binding[verb], binding.get("body"), binding is not rule)
        for rule in service_config["http"]["rules"]
        for binding in [rule, *rule.get("additional_bindings", [])]
        for verb in _METHODS
        if verb in binding
    ]
