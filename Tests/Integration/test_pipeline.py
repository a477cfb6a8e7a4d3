"""Real runs of a real pipeline: what they did is what the history, statistics and metrics say."""

import gzip
import hashlib
import json
import shutil

import pytest

from harness.client import COMPLETED, FAILED, FULL, parsed
from harness.stubs import REPOSITORY
from pipeline.executor import ARCHIVE, LOAD_JSON, run

SOURCES = REPOSITORY / "Sources"


@pytest.fixture(scope="module")
def bad_trees(tmp_path_factory):
    """A tree for each thing that goes wrong with files, and how many times it does."""
    root = tmp_path_factory.mktemp("trees")
    packed = gzip.compress(json.dumps(list(range(1000))).encode())
    broken = {
        "truncated": (4, lambda n: ("a.json.gz", packed[: -20 - n])),
        "corrupt": (3, lambda n: ("b.json.gz", packed[:-8] + bytes([n] * 4) + packed[-4:])),
        "not-gzip": (5, lambda n: (f"part-{n}.json.gz", b"{}")),
        "not-json": (2, lambda n: ("c.json", b'{"a": ' + b"1" * n)),
        "not-text": (1, lambda n: ("d.json", b"\xff\xfe\x00")),
    }
    trees = []
    for kind, (times, make) in broken.items():
        for n in range(times):
            tree = root / f"{kind}-{n}"
            tree.mkdir()
            (tree / "good.json").write_text('{"ok": [1, 2.5, null, "x"]}')
            name, content = make(n)
            (tree / name).write_bytes(content)
            trees.append(tree)
    dangling = root / "dangling"
    dangling.mkdir()
    (dangling / "gone.json").symlink_to(root / "nowhere.json")
    return [*trees, dangling, root / "no-such-tree"]


def test_runs_over_our_own_sources_are_kept_with_what_they_made(client):
    rooms = sorted(path for path in SOURCES.iterdir() if path.is_dir())
    runs = [run(client, ARCHIVE, f"archive-{room.name}", str(room)) for room in rooms]

    assert all(done.status == COMPLETED for done in runs), [done.error_message for done in runs]
    history = list(client.walk(page_size=5, view=FULL))
    assert history == list(reversed(runs))
    for room, done in zip(rooms, runs, strict=True):
        assert parsed(done.input_data) == {"tree": str(room)}
        sizes = parsed(done.output_data)["sizes"]
        files = [path for path in room.rglob("*") if path.is_file()]
        assert sum(size["bytes"] for size in sizes.values()) == sum(
            path.stat().st_size for path in files
        )
        assert [task["task_name"] for task in parsed(done.task_results)] == [
            "find_files",
            "hash_files",
            "compress_files",
            "summarise",
        ]
        assert done.end_time.ToNanoseconds() >= done.start_time.ToNanoseconds()
        assert done.version == 2

    figures = client.statistics()
    assert figures.completed_executions == figures.total_executions == len(rooms)
    assert figures.success_rate == 100.0
    assert figures.most_common_type == "archive-tree"
    spent = [done.duration_seconds.value for done in runs]
    expected = pytest.approx(sum(spent) / len(spent), abs=1e-6)
    assert figures.average_duration_seconds.value == expected


def test_the_same_tree_has_the_same_digest_in_every_run(client, tmp_path):
    tree = shutil.copytree(REPOSITORY / "Protos", tmp_path / "protos")
    first, second = (run(client, ARCHIVE, "archive-protos", str(tree)) for _ in range(2))
    assert parsed(first.output_data) == parsed(second.output_data)
    one = next(tree.rglob("*.proto"))
    one.write_text(one.read_text() + "\n")
    third = run(client, ARCHIVE, "archive-protos", str(tree))
    digests = [parsed(done.output_data)["tree_digest"] for done in (first, third)]
    assert digests[0] != digests[1]
    assert all(len(digest) == hashlib.sha256().digest_size * 2 for digest in digests)
    assert len(list(client.walk(workflow_id="archive-protos", page_size=2))) == 3


def test_runs_that_fail_are_kept_with_their_errors_and_grouped_by_what_went_wrong(
    client, bad_trees
):
    runs = [run(client, LOAD_JSON, tree.name, str(tree)) for tree in bad_trees]
    assert all(done.status == FAILED for done in runs)
    assert all(done.error_message for done in runs)
    for done in runs:
        last = parsed(done.task_results)[-1]
        assert (last["status"], last["error"]) == ("FAILED", done.error_message)
        assert not done.HasField("output_data")

    figures = client.statistics(workflow_type="load-json")
    assert figures.failed_executions == len(bad_trees)
    assert figures.success_rate == 0.0
    page = client.history(statuses=[FAILED], page_size=100, include_total=True)
    assert page.total == len(bad_trees)

    metrics = client.metrics(workflow_type="load-json")
    assert [pattern.frequency for pattern in metrics.error_patterns] == [5, 4, 3, 1, 1]
    samples = [pattern.sample_message for pattern in metrics.error_patterns[:3]]
    for sample, words in zip(samples, ("Not a gzipped file", "EOFError", "CRC"), strict=True):
        assert words in sample
    assert any("appears 5 times" in tip.text for tip in metrics.optimization_tips)


def test_a_mixed_history_has_its_success_rate(client, bad_trees, tmp_path):
    good = tmp_path / "good"
    good.mkdir()
    (good / "a.json").write_text("[1, 2, 3]")
    done = [run(client, LOAD_JSON, "load", str(tree)) for tree in [good, *bad_trees[:2]]]
    assert [one.status for one in done] == [COMPLETED, FAILED, FAILED]
    assert parsed(done[0].output_data) == {"values": {"list": 1, "int": 3}}
    assert client.statistics().success_rate == 33.33
