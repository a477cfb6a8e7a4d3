"""Every bad field is refused by its name."""

import math
import time

import grpc
import pytest
from google.protobuf import field_mask_pb2, timestamp_pb2, wrappers_pb2

from harness.client import COMPLETED, execution, refused, violated_fields
from harness.identifiers import timestamp, uuid7
from harness.stubs import execution_pb2, service_pb2

DAY = 86_400
DOCUMENTS = ["input_data", "output_data", "task_results", "execution_metadata"]

BAD_JSON = {
    "nothing": "",
    "not JSON": "{not json}",
    "a comma too many": "[1,]",
    "two values": "1 2",
    "no end": '{"a":',
    "single quotes": "{'a':1}",
    "a NUL escape": '"\\u0000"',
    "a NUL escape in a key": '{"a\\u0000b":1}',
    "a lone high surrogate": '"\\ud800"',
    "a lone low surrogate": '"\\udc00"',
    "surrogates in the wrong order": '"\\udc00\\ud800"',
    "a control character": '"a\nb"',
    "a leading zero": "01",
    "NaN": "NaN",
    "Infinity": "-Infinity",
    "a number of 100,001 digits in six bytes": "1e100000",
    "a tiny number": "1e-100000",
    "a number of 401 digits": "1" * 401,
    "an exponent past any integer": "1e99999999999999999999",
    "nesting of 65": "[" * 65 + "]" * 65,
    "nesting of 100,000": "[" * 100_000,
    "a byte order mark": "\ufeff{}",
}

BAD_FIELDS = {
    "no workflow id": ({"workflow_id": ""}, "execution.workflow_id"),
    "a workflow id of 256": ({"workflow_id": "x" * 256}, "execution.workflow_id"),
    "no workflow type": ({"workflow_type": ""}, "execution.workflow_type"),
    "a workflow type of 256": ({"workflow_type": "x" * 256}, "execution.workflow_type"),
    "a NUL in a workflow id": ({"workflow_id": "a\0b"}, "execution.workflow_id"),
    "a NUL in an error": ({"error_message": "\0"}, "execution.error_message"),
    "no status": ({"status": 0}, "execution.status"),
    "a status that is none": ({"status": 6}, "execution.status"),
    "a negative status": ({"status": -1}, "execution.status"),
    "an error of 65,537 bytes": ({"error_message": "x" * 65_537}, "execution.error_message"),
    "an id that is no UUID": ({"id": "not-a-uuid"}, "execution.id"),
    "an id without hyphens": ({"id": uuid7().replace("-", "")}, "execution.id"),
    "a UUIDv4": ({"id": "3fa85f64-5717-4562-b3fc-2c963f66afa6"}, "execution.id"),
    "an id 32 days old": ({"id": -32 * DAY}, "execution.id"),
    "an id 10 minutes ahead": ({"id": 600}, "execution.id"),
    "an end before the start": (
        {"start_time": timestamp(2e9), "end_time": timestamp(2e9 - 1e-6)},
        "execution.end_time",
    ),
    "a start of too many nanoseconds": (
        {"start_time": timestamp_pb2.Timestamp(nanos=1_000_000_000)},
        "execution.start_time",
    ),
    "a start of negative nanoseconds": (
        {"start_time": timestamp_pb2.Timestamp(nanos=-1)},
        "execution.start_time",
    ),
    "an end past year 9999": (
        {"end_time": timestamp_pb2.Timestamp(seconds=253_402_300_800)},
        "execution.end_time",
    ),
    "a negative duration": ({"duration_seconds": -1.0}, "execution.duration_seconds"),
    "an infinite duration": ({"duration_seconds": math.inf}, "execution.duration_seconds"),
    "a duration that is no number": ({"duration_seconds": math.nan}, "execution.duration_seconds"),
    "a user id of 256": ({"user_id": "x" * 256}, "execution.user_id"),
}


def values(fields: dict) -> dict:
    """As they go into the message: an id by its age in seconds, a duration in its wrapper."""
    fields = dict(fields)
    if isinstance(fields.get("id"), int):
        fields["id"] = uuid7(time.time() + fields["id"])
    if "duration_seconds" in fields:
        fields["duration_seconds"] = wrappers_pb2.DoubleValue(value=fields["duration_seconds"])
    return fields


@pytest.mark.parametrize("kind", BAD_FIELDS)
def test_a_save_with_a_bad_field_is_refused_by_its_name(operator, kind):
    fields, name = BAD_FIELDS[kind]
    with refused(grpc.StatusCode.INVALID_ARGUMENT) as caught:
        operator.save(**values(fields))
    assert violated_fields(caught.value) == [name]


# What an update can't carry wrongly, for it can't change it.
SAVE_ONLY = {"id", "workflow_id", "user_id"}


@pytest.mark.parametrize("kind", [k for k, (f, _) in BAD_FIELDS.items() if not SAVE_ONLY & set(f)])
def test_an_update_with_a_bad_field_is_refused_by_its_name(client, kind):
    fields, name = BAD_FIELDS[kind]
    saved = client.save()
    with refused(grpc.StatusCode.INVALID_ARGUMENT) as caught:
        client.update(saved.id, mask=fields, **values(fields))
    assert violated_fields(caught.value) == [name]
    assert client.get(saved.id) == saved


@pytest.mark.parametrize("kind", BAD_JSON)
def test_bad_json_is_refused_by_its_fields_name(client, kind):
    with refused(grpc.StatusCode.INVALID_ARGUMENT) as caught:
        client.save(input_data=execution_pb2.JsonDocument(json=BAD_JSON[kind]))
    assert [field.removesuffix(".json") for field in violated_fields(caught.value)] == [
        "execution.input_data"
    ]


@pytest.mark.parametrize("field", DOCUMENTS)
def test_each_document_is_named_in_a_save_and_in_an_update(client, field):
    saved = client.save()
    bad = execution_pb2.JsonDocument(json="[1,]")
    for call, arguments in ((client.save, []), (client.update, [saved.id])):
        with refused(grpc.StatusCode.INVALID_ARGUMENT) as caught:
            call(*arguments, **{field: bad})
        assert [name.removesuffix(".json") for name in violated_fields(caught.value)] == [
            f"execution.{field}"
        ]


def test_a_save_without_an_execution_is_refused_by_its_name(client):
    with refused(grpc.StatusCode.INVALID_ARGUMENT) as caught:
        client.call("SaveWorkflowExecution", service_pb2.SaveWorkflowExecutionRequest())
    assert violated_fields(caught.value) == ["execution"]


def test_several_bad_fields_are_each_named(client):
    with refused(grpc.StatusCode.INVALID_ARGUMENT) as caught:
        client.save(workflow_id="", workflow_type="", error_message="x" * 65_537)
    assert sorted(violated_fields(caught.value)) == [
        "execution.error_message",
        "execution.workflow_id",
        "execution.workflow_type",
    ]


def test_the_longest_names_and_errors_that_are_allowed_are_kept(client):
    saved = client.save(workflow_id="é" * 255, workflow_type="x" * 255, error_message="x" * 65_536)
    assert client.get(saved.id) == saved
    assert saved.workflow_id == "é" * 255


@pytest.mark.parametrize("execution_id", ["", "not-a-uuid", "0" * 36, "0" * 32, "x" * 10_000])
def test_a_get_by_what_is_no_uuid_names_the_id(client, execution_id):
    with refused(grpc.StatusCode.INVALID_ARGUMENT) as caught:
        client.get(execution_id)
    assert violated_fields(caught.value) == ["id"]


BAD_QUERIES = {
    "a status that is none": ({"statuses": [1, 9]}, "statuses[1]"),
    "a status of 0": ({"statuses": [0]}, "statuses[0]"),
    "a page of -1": ({"page_size": -1}, "page_size"),
    "a page of 101": ({"page_size": 101}, "page_size"),
    "an offset of -1": ({"offset": -1}, "offset"),
    "an offset of 1,000,001": ({"offset": 1_000_001}, "offset"),
    "garbage for a page token": ({"page_token": "garbage"}, "page_token"),
    "a view that is none": ({"view": 7}, "view"),
    "a workflow id of 256": ({"workflow_id": "x" * 256}, "workflow_id"),
    "a workflow type of 256": ({"workflow_type": "x" * 256}, "workflow_type"),
    "a bad created_after": (
        {"created_after": timestamp_pb2.Timestamp(nanos=-1)},
        "created_after",
    ),
    "a bad created_before": (
        {"created_before": timestamp_pb2.Timestamp(seconds=253_402_300_800)},
        "created_before",
    ),
}


@pytest.mark.parametrize("kind", BAD_QUERIES)
def test_a_history_with_a_bad_field_is_refused_by_its_name(client, kind):
    fields, name = BAD_QUERIES[kind]
    with refused(grpc.StatusCode.INVALID_ARGUMENT) as caught:
        client.history(**fields)
    assert violated_fields(caught.value) == [name]


def test_an_offset_and_a_page_token_together_are_refused(client):
    for _ in range(2):
        client.save()
    token = client.history(page_size=1).next_page_token
    with refused(grpc.StatusCode.INVALID_ARGUMENT) as caught:
        client.history(page_token=token, offset=1)
    assert set(violated_fields(caught.value)) <= {"offset", "page_token"}


@pytest.mark.parametrize("method", ["statistics", "metrics"])
@pytest.mark.parametrize("days", [-1, 366, 2**31 - 1])
def test_days_past_their_limits_are_refused_by_name(client, method, days):
    with refused(grpc.StatusCode.INVALID_ARGUMENT) as caught:
        getattr(client, method)(days=days)
    assert violated_fields(caught.value) == ["days"]


@pytest.mark.parametrize("method", ["statistics", "metrics"])
def test_a_workflow_type_of_256_is_refused_by_name(client, method):
    with refused(grpc.StatusCode.INVALID_ARGUMENT) as caught:
        getattr(client, method)(workflow_type="x" * 256)
    assert violated_fields(caught.value) == ["workflow_type"]


def test_an_update_without_a_mask_is_refused_by_name(client):
    saved = client.save()
    with refused(grpc.StatusCode.INVALID_ARGUMENT) as caught:
        client.update(saved.id, mask=[], status=COMPLETED)
    assert violated_fields(caught.value) == ["update_mask"]


@pytest.mark.parametrize("path", ["nonsense", "input_data.json", "Status", "", "*"])
def test_an_update_of_no_known_field_is_refused(client, path):
    saved = client.save()
    with refused(grpc.StatusCode.INVALID_ARGUMENT) as caught:
        client.update(saved.id, mask=[path])
    assert violated_fields(caught.value) == ["update_mask"]


def test_an_update_without_an_id_is_refused_by_name(client):
    request = service_pb2.UpdateWorkflowExecutionRequest(
        execution=execution(), update_mask=field_mask_pb2.FieldMask(paths=["status"])
    )
    with refused(grpc.StatusCode.INVALID_ARGUMENT) as caught:
        client.call("UpdateWorkflowExecution", request)
    assert violated_fields(caught.value) == ["execution.id"]


def test_an_update_of_a_negative_version_is_refused_by_name(client):
    saved = client.save()
    with refused(grpc.StatusCode.INVALID_ARGUMENT) as caught:
        client.update(saved.id, expected_version=-1, status=COMPLETED)
    assert violated_fields(caught.value) == ["expected_version"]
