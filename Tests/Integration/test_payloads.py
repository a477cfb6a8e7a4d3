"""Documents of every size and shape come back equal as JSON values."""

import json
import random
from decimal import Decimal

import grpc
import pytest

from harness.client import FULL, document, execution, parsed, refused
from harness.stubs import execution_pb2

KIB, MIB = 1 << 10, 1 << 20
# An execution as rendered may have 4 MiB - 64 KiB; the rest of it takes some.
LARGEST = 3_900_000


def payload(size: int) -> dict:
    """A document of about this many bytes of JSON, of every kind of value."""
    chance = random.Random(size)
    rows = []
    written = 0
    while written < size - 200:
        row = {
            "n": chance.randrange(-(10**9), 10**9),
            "x": chance.random(),
            "text": "".join(chance.choices('aä☃😀"\\/\n\t', k=40)),
            "nested": [None, True, {"deep": []}],
        }
        rows.append(row)
        written += len(json.dumps(row, ensure_ascii=False).encode()) + 2
    return {"big": 12345678901234567890, "rows": rows}


@pytest.mark.parametrize("size", [64 * KIB, MIB, LARGEST])
def test_a_large_payload_comes_back_equal(any_client, size):
    value = payload(size)
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    assert 0.9 * size < len(text.encode()) < size
    saved = any_client.save(input_data=execution_pb2.JsonDocument(json=text))
    got = any_client.get(saved.id)
    assert parsed(saved.input_data) == value
    assert parsed(got.input_data) == value
    assert "12345678901234567890" in got.input_data.json


def test_five_mebibytes_are_more_than_a_call_may_bring(any_client):
    text = json.dumps("x" * (5 * MIB))
    with refused(grpc.StatusCode.RESOURCE_EXHAUSTED):
        any_client.save(input_data=execution_pb2.JsonDocument(json=text))
    assert any_client.statistics().total_executions == 0


def test_documents_that_are_together_too_large_are_refused(client):
    """The request may come in, but what it would make could not go out again."""
    half = json.dumps("x" * (2 * MIB + 10))
    saved = client.save(input_data=execution_pb2.JsonDocument(json=half))
    with refused(grpc.StatusCode.INVALID_ARGUMENT):
        client.update(saved.id, output_data=execution_pb2.JsonDocument(json=half))
    assert client.get(saved.id) == saved


def test_a_document_that_grows_when_it_is_rendered_is_measured_as_rendered(client):
    """Each `1e399` is 5 bytes as sent, and 400 digits in what comes back."""
    text = "[" + ",".join(["1e399"] * 20_000) + "]"
    with refused(grpc.StatusCode.INVALID_ARGUMENT):
        client.save(input_data=execution_pb2.JsonDocument(json=text))


@pytest.mark.parametrize(
    "text",
    [
        "12345678901234567890",
        "-12345678901234567890123456789012345678901234567890",
        "0.1000000000000000055511151231257827",
        "1e399",
        "1E-300",
        "-0.0",
        "0",
        "null",
        "true",
        '""',
        '"\\u00e9\\ud83d\\ude00\\u0001\\u007f"',
        '"a\\/b"',
        "[]",
        "{}",
        '{"":{"":[]}}',
        " [ 1 , 2 ] ",
        "[" * 64 + "]" * 64,
    ],
)
def test_a_json_value_comes_back_equal(client, text):
    def read(text: str) -> object:
        return json.loads(text, parse_int=Decimal, parse_float=Decimal)

    saved = client.save(output_data=execution_pb2.JsonDocument(json=text))
    assert read(client.get(saved.id).output_data.json) == read(text)


def test_the_last_of_two_equal_keys_is_kept(client):
    saved = client.save(input_data=execution_pb2.JsonDocument(json='{"a":1,"a":2}'))
    assert parsed(saved.input_data) == {"a": 2}


def test_documents_that_are_left_out_are_absent_or_have_their_default(client):
    saved = client.save()
    assert not saved.HasField("input_data")
    assert not saved.HasField("output_data")
    assert parsed(saved.task_results) == []
    assert parsed(saved.execution_metadata) == {}


def test_a_full_page_ends_at_three_mebibytes_and_the_walk_goes_on(client):
    sent = {client.save(input_data=document("x" * (700 * KIB))).id for _ in range(9)}
    page = client.history(page_size=100, view=FULL)
    assert 1 <= len(page.executions) < 9
    assert page.ByteSize() < 3 * MIB + 800 * KIB
    assert page.next_page_token
    walked = list(client.walk(page_size=100, view=FULL))
    assert len(walked) == 9
    assert {execution.id for execution in walked} == sent
    assert all(len(parsed(execution.input_data)) == 700 * KIB for execution in walked)


def test_a_full_page_holds_at_least_one_however_large(client):
    for _ in range(2):
        client.save(execution(input_data=document("x" * LARGEST)))
    walked = list(client.walk(page_size=100, view=FULL))
    assert [len(parsed(execution.input_data)) for execution in walked] == [LARGEST] * 2
