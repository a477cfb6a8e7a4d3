"""Prints the OpenAPI 3.1 document of the methods that have HTTP rules, and of the reads under
/api/workflows.

usage: python3 scripts/openapi CONTRACTS RULES NOTES

CONTRACTS is a google.protobuf.FileDescriptorSet with source info, RULES the google.api.Service in
JSON. NOTES, JSON too, has what these don't say: limits, and what belongs to whom.
"""

import json
import pathlib
import sys

import failures
import mapping
import workflows
from contracts import Contracts
from operations import Operations
from rules import rules_of
from schemas import Schemas

PACKAGE = "workflow_history.v1"


def document(contracts: Contracts, service_config: dict, notes: dict) -> dict:
    schemas = Schemas(contracts, notes, mapping.PROTOBUF)
    operations = Operations(contracts, schemas, notes)
    paths: dict[str, dict] = {}
    for rule in rules_of(service_config):
        paths.setdefault(rule.document_path, {})[rule.verb] = operations.operation(rule)
    if unmet := schemas.unmet():
        raise SystemExit(f"the notes are of fields that nothing has: {', '.join(unmet)}")
    return {
        "openapi": "3.1.0",
        "info": notes["info"],
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "tags": notes["tags"],
        "paths": paths,
        "components": {
            "schemas": schemas.components | failures.SCHEMAS,
            "responses": failures.components(),
            "parameters": notes["parameters"],
            "securitySchemes": notes["security_schemes"],
        },
    }


def add_workflows(made: dict, contracts: Contracts, notes: dict) -> None:
    """Adds the reads under /api/workflows, with the messages that they answer with."""
    schemas = Schemas(contracts, notes, mapping.WORKFLOWS)
    for name in workflows.MESSAGES:
        schemas.answer(f"{PACKAGE}.{name}")
    for name, schema in workflows.SCHEMAS.items():
        name = mapping.WORKFLOWS.prefix + name
        message = schemas.components.get(name, {"properties": {}, "required": []})
        properties = message["properties"] | schema["properties"]
        required = list(dict.fromkeys([*message["required"], *schema["required"]]))
        schemas.components[name] = (
            message | schema | {"properties": properties, "required": required}
        )
    made["tags"].append(workflows.TAG)
    made["paths"] |= workflows.PATHS
    made["components"]["schemas"] |= schemas.components
    for kind, components in workflows.components().items():
        made["components"][kind] |= components


def main(contracts: str, rules: str, notes: str) -> None:
    declared = Contracts(pathlib.Path(contracts).read_bytes())
    service_config, noted = (json.loads(pathlib.Path(path).read_text()) for path in (rules, notes))
    made = document(declared, service_config, noted)
    add_workflows(made, declared, noted)
    made["components"]["schemas"] = dict(sorted(made["components"]["schemas"].items()))
    print(json.dumps(made, indent=1, ensure_ascii=False))


main(*sys.argv[1:])
