"""Clients that others would generate, in other languages: each is answered what Python's is,
message for message."""

import dataclasses

import grpc
import pytest
from google.protobuf.message import Message

from harness import stock_clients
from harness.client import COMPLETED, RUNNING, Client, parsed, refused, violated_fields
from harness.identifiers import fresh_user
from harness.stubs import changes_pb2, execution_pb2, service_pb2


@dataclasses.dataclass(frozen=True)
class Tour:
    """The answers that a stock client was given, and Python's client for the same user."""

    answers: list[Message]
    client: Client

    def all(self, kind: type) -> list:
        return [answer for answer in self.answers if isinstance(answer, kind)]

    def first(self, kind: type):
        return self.all(kind)[0]

    @property
    def saved(self) -> execution_pb2.WorkflowExecution:
        return self.first(service_pb2.SaveWorkflowExecutionResponse).execution


@pytest.fixture(scope="module", params=stock_clients.LANGUAGES)
def tour(server, request):
    client = server.client(fresh_user())
    return Tour(stock_clients.run(request.param, server, client.token), client)


def test_an_execution_that_is_saved_is_read_back_as_it_was(tour):
    read = tour.first(service_pb2.GetWorkflowExecutionResponse).execution
    assert read == tour.saved
    assert (read.workflow_id, read.status, read.version) == ("wf-123", RUNNING, 1)
    assert parsed(read.input_data) == {"rows": 10}
    assert read.user_id == tour.client.user


def test_an_update_changes_the_masked_fields_alone(tour):
    updated = tour.first(service_pb2.UpdateWorkflowExecutionResponse).execution
    assert updated == tour.client.get(tour.saved.id)
    assert (updated.status, updated.version) == (COMPLETED, 2)
    assert parsed(updated.input_data) == {"rows": 10}
    assert parsed(updated.output_data) == {"written": 10}


def test_a_save_that_is_refused_names_its_field_in_the_status_details(tour):
    (refusal,) = tour.all(service_pb2.SaveRefusal)
    with refused(grpc.StatusCode.INVALID_ARGUMENT) as caught:
        tour.client.save(workflow_type="")
    assert refusal.code == grpc.StatusCode.INVALID_ARGUMENT.value[0]
    assert refusal.message == caught.value.details()
    assert [violation.field for violation in refusal.field_violations] == [
        "execution.workflow_type"
    ]
    assert violated_fields(caught.value) == ["execution.workflow_type"]
    assert all(violation.description for violation in refusal.field_violations)


def test_a_stream_of_saves_answers_each_request_in_its_order(tour):
    answers = tour.all(service_pb2.SaveWorkflowExecutionsResponse)
    assert [[outcome.index for outcome in answer.outcomes] for answer in answers] == [[0, 1], [2]]
    (first, second), (third,) = (answer.outcomes for answer in answers)
    assert [found.field for found in second.refusal.field_violations] == ["execution.workflow_type"]
    for outcome, workflow in [(first, "wf-bulk-0"), (third, "wf-bulk-2")]:
        assert not outcome.HasField("refusal")
        assert tour.client.get(outcome.id).workflow_id == workflow


def test_a_watch_begins_with_a_token_and_tells_of_a_save(tour):
    began, *_, told = tour.all(changes_pb2.WatchWorkflowExecutionsResponse)
    assert began.resume_token and not began.changes
    (change,) = told.changes
    assert (change.kind, change.version) == (changes_pb2.CHANGE_KIND_CREATED, 1)
    assert change.execution.workflow_id == "wf-watched"
    assert change.execution_id == tour.client.history(workflow_id="wf-watched").executions[0].id


def test_the_pages_of_a_history_are_the_history(tour):
    pages = tour.all(service_pb2.GetUserWorkflowHistoryResponse)
    assert [len(page.executions) for page in pages] == [3, 1]
    assert [page.total for page in pages] == [4, 4]
    assert [one for page in pages for one in page.executions] == list(tour.client.walk())


def test_statistics_are_those_that_python_is_told(tour):
    theirs = tour.first(service_pb2.GetWorkflowStatisticsResponse).statistics
    assert (theirs.total_executions, theirs.completed_executions) == (4, 2)
    assert without_window(theirs) == without_window(tour.client.statistics(days=7))


def test_metrics_are_those_that_python_is_told(tour):
    theirs = tour.first(service_pb2.GetPerformanceMetricsResponse).metrics
    assert sum(one.executions for one in theirs.execution_time_distribution) == 2
    assert without_window(theirs) == without_window(tour.client.metrics(days=7))


def test_the_same_is_read_over_the_unix_socket(tour):
    _, over_socket = tour.all(service_pb2.GetWorkflowExecutionResponse)
    assert over_socket.execution == tour.client.get(tour.saved.id)


def without_window(figures: Message) -> Message:
    """Figures but for their window, which ends when they are asked for."""
    figures.ClearField("window_start")
    figures.ClearField("window_end")
    return figures
