"""What hooks.py lets pass though the document forbids it: what the mapping reads, and no more."""

import json

import hooks
import pytest
import requests

ID = "0199a7a0-5b1c-7000-8000-000000000000"
EXECUTION = "/v1/executions/{id}"
BODY = {"workflowId": "w", "workflowType": "t", "status": "WORKFLOW_STATUS_RUNNING"}


def is_of_mapping(method: str, path: str, target: str | None = None, body=None, **fields: str):
    """Of a request with these fields, whose names have _ for -."""
    headers = {name.replace("_", "-"): value for name, value in fields.items()}
    url = "http://server" + (target or path)
    data = None if body is None else json.dumps(body)
    request = requests.Request(method, url, headers=headers, data=data).prepare()
    return hooks.is_of_mapping(path, method, request)


@pytest.mark.parametrize(
    "target",
    [
        "/v1/executions",
        "/v1/executions?pageSize=5",
        "/v1/executions?statuses=WORKFLOW_STATUS_FAILED&statuses=2&includeTotal=true&view=1",
    ],
)
def test_a_query_as_the_mapping_reads_it_is(target):
    assert is_of_mapping("GET", "/v1/executions", target)


@pytest.mark.parametrize(
    "query",
    [
        "pageSize=101",
        "pageSize=x",
        "pageSize=1&pageSize=2",
        "statuses=99",
        "view=7",
        "includeTotal=1",
        "createdAfter=tomorrow",
        "other=1",
    ],
)
def test_another_query_is_not(query):
    assert not is_of_mapping("GET", "/v1/executions", f"/v1/executions?{query}")


def test_a_path_is_looked_at():
    assert is_of_mapping("GET", EXECUTION, f"/v1/executions/{ID}")
    for bad in ("null", "0", ID[1:], f"{ID}/x", ""):
        assert not is_of_mapping("GET", EXECUTION, f"/v1/executions/{bad}")
    history = "/api/workflows/{workflow_id}/history"
    assert is_of_mapping("GET", history, history.replace("{workflow_id}", "%C3%A9" * 255))
    assert not is_of_mapping("GET", history, history.replace("{workflow_id}", "x" * 256))


def test_fields_are_looked_at():
    good = {"grpc_timeout": "1S", "history_consistency": "strong", "x_other": "7"}
    assert is_of_mapping("GET", EXECUTION, f"/v1/executions/{ID}", **good)
    for bad in ({"grpc_timeout": "1"}, {"Grpc_Timeout": "-1S"}, {"history_consistency": "weak"}):
        assert not is_of_mapping("GET", EXECUTION, f"/v1/executions/{ID}", **bad)


@pytest.mark.parametrize("more", [{}, {"status": 2}, {"durationSeconds": "1.5"}])
def test_a_body_as_the_mapping_reads_it_is(more):
    assert is_of_mapping("POST", "/v1/executions", body=BODY | more)


@pytest.mark.parametrize(
    "body",
    [
        [],
        [BODY],
        "x",
        None,
        7,
        BODY | {"status": 99},
        BODY | {"status": "2"},
        BODY | {"status": None},
        BODY | {"durationSeconds": "x"},
        BODY | {"workflowId": "x" * 256},
    ],
)
def test_another_body_is_not(body):
    assert not is_of_mapping("POST", "/v1/executions", body=body)


def test_what_a_mask_does_not_name_may_be_anything():
    target = f"/v1/executions/{ID}?updateMask=status"
    body = {"status": "WORKFLOW_STATUS_FAILED"}
    assert is_of_mapping("PATCH", EXECUTION, target, body | {"workflowType": 7})
    assert not is_of_mapping("PATCH", EXECUTION, target, {"status": 99})
    assert not is_of_mapping("PATCH", EXECUTION, target, [])


def test_a_body_for_an_operation_that_has_none_is_not():
    assert not is_of_mapping("GET", EXECUTION, f"/v1/executions/{ID}", body={})
