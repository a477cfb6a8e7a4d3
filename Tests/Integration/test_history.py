"""Pages, filters and totals."""

import random
import time

import grpc
import pytest

from harness.client import COMPLETED, FAILED, PENDING, RUNNING, STATUSES, refused, violated_fields
from harness.identifiers import timestamp, uuid7

DAY = 86_400


@pytest.fixture
def spread(client):
    """Sixty executions over thirty days, three workflows, two types, all statuses; newest first."""
    chance = random.Random(7)
    now = time.time()
    saved = [
        client.save(
            id=uuid7(now - chance.uniform(0, 30 * DAY)),
            workflow_id=f"wf-{n % 3}",
            workflow_type=f"type-{n % 2}",
            status=STATUSES[n % 5],
        )
        for n in range(60)
    ]
    return sorted(saved, key=lambda execution: execution.id, reverse=True)


def ids(executions) -> list[str]:
    return [execution.id for execution in executions]


FILTERS = {
    "a workflow": ({"workflow_id": "wf-1"}, lambda e: e.workflow_id == "wf-1"),
    "a type": ({"workflow_type": "type-1"}, lambda e: e.workflow_type == "type-1"),
    "a status": ({"statuses": [FAILED]}, lambda e: e.status == FAILED),
    "statuses": (
        {"statuses": [PENDING, RUNNING, RUNNING]},
        lambda e: e.status in (PENDING, RUNNING),
    ),
    "all of them": (
        {"workflow_id": "wf-0", "workflow_type": "type-0", "statuses": [COMPLETED]},
        lambda e: (e.workflow_id, e.workflow_type, e.status) == ("wf-0", "type-0", COMPLETED),
    ),
    "a workflow that is none": ({"workflow_id": "nothing"}, lambda e: False),
}


@pytest.mark.parametrize("kind", FILTERS)
def test_a_filter_holds_on_every_page_and_in_the_total(client, spread, kind):
    fields, expected = FILTERS[kind]
    expected = [execution.id for execution in spread if expected(execution)]
    assert ids(client.walk(page_size=3, **fields)) == expected
    assert client.history(page_size=2, include_total=True, **fields).total == len(expected)


def test_a_range_of_created_at_holds_its_start_and_not_its_end(client, spread):
    newer, older = spread[10], spread[40]
    page = client.history(
        created_after=older.created_at, created_before=newer.created_at, page_size=100
    )
    assert ids(page.executions) == ids(spread[11:41])


def test_a_range_is_to_the_instant_within_a_millisecond(client):
    saved = client.save()
    instant = saved.created_at.ToMicroseconds() / 1e6
    assert ids(client.history(created_after=timestamp(instant)).executions) == [saved.id]
    assert not client.history(created_after=timestamp(instant + 1e-6)).executions
    assert not client.history(created_before=timestamp(instant)).executions
    assert ids(client.history(created_before=timestamp(instant + 1e-6)).executions) == [saved.id]


def test_a_range_that_holds_none_is_an_empty_page(client, spread):
    page = client.history(created_after=timestamp(1), created_before=timestamp(2))
    assert (list(page.executions), page.next_page_token) == ([], "")


def test_a_range_that_ends_before_it_starts_is_refused_by_name(client):
    with refused(grpc.StatusCode.INVALID_ARGUMENT) as caught:
        client.history(created_after=timestamp(2), created_before=timestamp(1))
    assert violated_fields(caught.value) == ["created_before"]


def test_a_page_holds_twenty_unless_another_size_is_asked_for(client, spread):
    assert len(client.history().executions) == 20
    assert len(client.history(page_size=7).executions) == 7
    assert len(client.history(page_size=100).executions) == 60


def test_the_last_page_has_no_token_even_when_it_is_full(client, spread):
    sizes = []
    token = ""
    while not sizes or token:
        page = client.history(page_size=30, page_token=token)
        token = page.next_page_token
        sizes.append(len(page.executions))
    assert sizes == [30, 30]


def test_an_offset_passes_over_that_many(client, spread):
    assert ids(client.history(offset=25, page_size=10).executions) == ids(spread[25:35])


def test_a_page_by_offset_goes_on_by_token(client, spread):
    page = client.history(offset=25, page_size=10)
    page = client.history(page_token=page.next_page_token, page_size=10)
    assert ids(page.executions) == ids(spread[35:45])


def test_what_is_saved_during_a_walk_neither_repeats_nor_hides_a_row(client, spread):
    seen = []
    for execution in client.walk(page_size=7):
        seen.append(execution.id)
        client.save()
    assert seen == ids(spread)


def test_the_size_of_a_page_may_change_during_a_walk(client, spread):
    first = client.history(page_size=5)
    rest = client.history(page_size=100, page_token=first.next_page_token, include_total=True)
    assert ids(first.executions) + ids(rest.executions) == ids(spread)
    assert rest.total == 60


@pytest.mark.parametrize(
    "change",
    [
        {"workflow_id": "wf-1"},
        {"workflow_type": "type-1"},
        {"statuses": [FAILED]},
        {"created_after": timestamp(1)},
        {"created_before": timestamp(4e9)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_page_token_is_good_for_its_own_filter_alone(client, spread, change):
    token = client.history(page_size=5).next_page_token
    with refused(grpc.StatusCode.INVALID_ARGUMENT) as caught:
        client.history(page_token=token, **change)
    assert violated_fields(caught.value) == ["page_token"]


def test_a_page_token_that_was_changed_by_a_bit_is_refused(client, spread):
    token = client.history(page_size=5).next_page_token
    for position in range(0, len(token), 5):
        other = "A" if token[position] != "A" else "B"
        with refused(grpc.StatusCode.INVALID_ARGUMENT) as caught:
            client.history(page_token=token[:position] + other + token[position + 1 :])
        assert violated_fields(caught.value) == ["page_token"]


def test_a_total_is_0_unless_it_is_asked_for(client, spread):
    assert client.history().total == 0


def test_executions_of_one_millisecond_are_all_seen_in_the_order_of_their_ids(client):
    instant = time.time()
    saved = sorted((client.save(id=uuid7(instant)).id for _ in range(25)), reverse=True)
    assert ids(client.walk(page_size=4)) == saved
