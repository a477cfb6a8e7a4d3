"""The client of the service, whose calls go as JSON by HTTP: by the rules that the protos have."""

import dataclasses
import json
import re
import urllib.parse

import grpc
from google.protobuf import json_format, message_factory
from google.rpc import status_pb2

from harness import curl
from harness.client import PATIENCE, Client
from harness.server import Server
from harness.stubs import REPOSITORY, execution_pb2, service_pb2

PROTOS = REPOSITORY / "Protos" / "workflow_history" / "v1"
SERVICE = service_pb2.DESCRIPTOR.services_by_name["WorkflowHistoryService"]
RULES = {
    rule["selector"].rpartition(".")[2]: rule
    for rule in json.loads((PROTOS / "workflow_history_service.http.json").read_text())["http"][
        "rules"
    ]
}
DOCUMENT = execution_pb2.JsonDocument.DESCRIPTOR
CODES = {code.value[0]: code for code in grpc.StatusCode}


class Refusal(grpc.RpcError):
    """What an answer by HTTP says, as grpcio would raise it."""

    def __init__(self, answer: curl.Answer):
        self.status = json_format.ParseDict(answer.json, status_pb2.Status())

    def code(self) -> grpc.StatusCode:
        return CODES[self.status.code]

    def details(self) -> str:
        return self.status.message

    def trailing_metadata(self) -> tuple[tuple[str, bytes], ...]:
        return (("grpc-status-details-bin", self.status.SerializeToString()),)


@dataclasses.dataclass(frozen=True)
class JSONClient(Client):
    """One user by HTTP. Of the methods those that are unary."""

    server: Server

    def call(self, method: str, request: object, timeout: float = PATIENCE) -> object:
        rule = RULES[method]
        verb = next(verb for verb in ("get", "post", "patch", "delete") if verb in rule)
        in_path = re.findall(r"{(.+?)}", rule[verb])
        path = re.sub(r"{(.+?)}", lambda found: _quoted(request, found[1]), rule[verb])
        body = None
        if "body" in rule:
            body = _told(request if rule["body"] == "*" else getattr(request, rule["body"]))
            for name in in_path:
                body.pop(name.rpartition(".")[2])
        query = [
            (field.json_name, text)
            for field, value in request.ListFields()
            if field.name not in in_path and rule.get("body") not in ("*", field.name)
            for text in _texts(field, value)
        ]
        target = f"{path}?{urllib.parse.urlencode(query)}" if query else path
        answer = curl.ask(self.server, verb.upper(), target, token=self.token, body=body)
        if answer.status != 200:
            raise Refusal(answer)
        kind = SERVICE.methods_by_name[method].output_type
        return json_format.ParseDict(
            _with_documents(answer.json, kind), message_factory.GetMessageClass(kind)()
        )


def _quoted(request: object, path: str) -> str:
    value = request
    for name in path.split("."):
        value = getattr(value, name)
    return urllib.parse.quote(value, safe="")


def _is_plain(field) -> bool:
    """Whether its values are messages whose members are told one by one."""
    return field.message_type is not None and field.message_type.file.package != "google.protobuf"


def _told(message) -> dict:
    """A message as JSON, its documents in place."""
    told = json_format.MessageToDict(message)
    for field, value in message.ListFields():
        if field.message_type is DOCUMENT:
            told[field.json_name] = json.loads(value.json)
        elif _is_plain(field):
            told[field.json_name] = (
                [_told(one) for one in value] if field.is_repeated else _told(value)
            )
    return told


def _with_documents(told: dict, kind) -> dict:
    """The JSON of a message, its documents as protobuf's own mapping has them."""
    told = dict(told)
    for field in kind.fields:
        value = told.get(field.json_name)
        if value is None or not _is_plain(field):
            continue
        if field.message_type is DOCUMENT:
            told[field.json_name] = {"json": json.dumps(value)}
        elif isinstance(value, list):
            told[field.json_name] = [_with_documents(one, field.message_type) for one in value]
        else:
            told[field.json_name] = _with_documents(value, field.message_type)
    return told


def _texts(field, value) -> list[str]:
    """A field's values, as a URL has them."""
    if field.message_type is not None:
        # A mask is told as it is, good or bad.
        return [",".join(value.paths) if hasattr(value, "paths") else value.ToJsonString()]
    values = value if field.is_repeated else [value]
    return [json.dumps(one) if isinstance(one, bool) else str(one) for one in values]
