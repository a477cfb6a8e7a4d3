"""Prints the OpenAPI 3.1 document of the methods that have HTTP rules.

usage: python3 scripts/openapi CONTRACTS RULES NOTES [FRAGMENT...]

CONTRACTS is a google.protobuf.FileDescriptorSet with source info, RULES the google.api.Service in JSON.
NOTES, JSON too, has what these don't say: limits, and what belongs to whom. Each FRAGMENT is an OpenAPI
document of other paths, which is merged.
"""

import json
import pathlib
import sys

import failures
from contracts import Contracts
from operations import Operations
from rules import rules_of
from schemas import Schemas


def document(contracts: Contracts, service_config: dict, notes: dict) -> dict:
    schemas = Schemas(contracts, notes)
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
            "schemas": dict(sorted((schemas.components | failures.SCHEMAS).items())),
            "responses": failures.components(),
            "parameters": notes["parameters"],
            "securitySchemes": notes["security_schemes"],
        },
    }


def merge(into: dict, fragment: dict) -> None:
    """Adds what a fragment has; what both have must be alike, or objects and arrays to be merged."""
    for key, value in fragment.items():
        present = into.setdefault(key, value)
        if isinstance(present, dict) and isinstance(value, dict):
            merge(present, value)
        elif isinstance(present, list) and isinstance(value, list):
            present += [one for one in value if one not in present]
        elif present != value:
            raise SystemExit(f"a fragment has another {key}: {value!r} for {present!r}")


def main(contracts: str, rules: str, notes: str, *fragments: str) -> None:
    made = document(
        Contracts(pathlib.Path(contracts).read_bytes()),
        json.loads(pathlib.Path(rules).read_text()),
        json.loads(pathlib.Path(notes).read_text()),
    )
    for fragment in fragments:
        merge(made, json.loads(pathlib.Path(fragment).read_text()))
    print(json.dumps(made, indent=1, ensure_ascii=False))


main(*sys.argv[1:])
