"""Every call, by a stock client, over every transport."""

import time
from concurrent import futures

import grpc

from harness.client import COMPLETED, FULL, RUNNING, document, parsed, refused
from harness.identifiers import created_at_ms, timestamp, uuid7


def test_a_saved_execution_comes_back_as_it_was_sent(any_client):
    sent = {
        "workflow_id": "wf-123",
        "workflow_type": "etl",
        "status": COMPLETED,
        "input_data": document({"rows": [1, 2.5, None, True], "name": "größe ☃"}),
        "output_data": document({"written": 10}),
        "task_results": document([{"task_name": "read", "status": "COMPLETED"}]),
        "start_time": timestamp("2026-01-02T03:04:05.123456Z"),
        "end_time": timestamp("2026-01-02T03:05:05.654321Z"),
        "execution_metadata": document({"host": "worker-7"}),
    }
    before = time.time()
    saved = any_client.save(**sent)
    after = time.time()

    got = any_client.get(saved.id)
    assert got == saved
    for field in ("workflow_id", "workflow_type", "status", "start_time", "end_time"):
        assert getattr(got, field) == sent[field]
    for field in ("input_data", "output_data", "task_results", "execution_metadata"):
        assert parsed(getattr(got, field)) == parsed(sent[field])
    assert got.user_id == any_client.user
    assert got.duration_seconds.value == 60.530865
    assert got.error_message == ""
    assert got.version == 1
    assert got.created_at.ToMilliseconds() == created_at_ms(got.id)
    assert before - 1 <= got.created_at.ToMicroseconds() / 1e6 <= after
    assert before - 1 <= got.updated_at.ToMicroseconds() / 1e6 <= after + 1


def test_history_shows_the_newest_first_and_its_documents_on_request(any_client):
    saved = [any_client.save(workflow_id=f"wf-{n}", input_data=document(n)) for n in range(5)]

    page = any_client.history(include_total=True)
    assert [execution.id for execution in page.executions] == [s.id for s in reversed(saved)]
    assert page.total == 5
    assert page.next_page_token == ""
    assert not any(execution.HasField("input_data") for execution in page.executions)

    full = any_client.history(view=FULL)
    assert list(full.executions) == list(reversed(saved))


def test_statistics_count_what_was_saved(any_client):
    any_client.save(status=COMPLETED)
    any_client.save(status=RUNNING)
    figures = any_client.statistics()
    assert (figures.total_executions, figures.completed_executions) == (2, 1)
    assert figures.success_rate == 50.0
    assert figures.user_id == any_client.user


def test_metrics_always_hold_five_speed_classes_and_a_tip(any_client):
    metrics = any_client.metrics()
    classes = [entry.category for entry in metrics.execution_time_distribution]
    assert classes == ["very_fast", "fast", "normal", "slow", "very_slow"]
    assert [tip.text for tip in metrics.optimization_tips] == [
        "Performance is good! Continue monitoring."
    ]


def test_an_update_changes_the_masked_fields_and_grows_the_version(any_client):
    saved = any_client.save(input_data=document({"a": 1}))
    updated = any_client.update(saved.id, status=COMPLETED, output_data=document([1, 2]))
    assert (updated.status, updated.version) == (COMPLETED, 2)
    assert parsed(updated.output_data) == [1, 2]
    assert updated.input_data == saved.input_data
    assert any_client.get(saved.id) == updated


def test_a_page_walk_over_a_thousand_executions_sees_each_once(any_client):
    with futures.ThreadPoolExecutor(16) as pool:
        saves = [pool.submit(any_client.save, workflow_id=f"wf-{n}") for n in range(1_003)]
        saved = {save.result().id for save in saves}

    walked = [execution.id for execution in any_client.walk(page_size=100)]
    assert len(walked) == 1_003
    assert set(walked) == saved
    assert walked == sorted(walked, reverse=True)
    assert any_client.history(page_size=1, include_total=True).total == 1_003


def test_sixty_four_calls_at_once_on_one_connection_are_all_answered_rightly(any_client):
    with futures.ThreadPoolExecutor(64) as pool:
        for round_of_64 in range(4):
            names = [f"wf-{round_of_64}-{n}" for n in range(64)]
            saved = list(pool.map(lambda name: any_client.save(workflow_id=name), names))
            assert [execution.workflow_id for execution in saved] == names
            got = list(pool.map(any_client.get, [execution.id for execution in saved]))
            assert got == saved


def test_no_such_execution_is_not_found(any_client):
    with refused(grpc.StatusCode.NOT_FOUND):
        any_client.get(uuid7())
    with refused(grpc.StatusCode.NOT_FOUND):
        any_client.update(uuid7(), status=COMPLETED)
    with refused(grpc.StatusCode.NOT_FOUND):
        any_client.delete(uuid7())
