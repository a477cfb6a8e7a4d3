"""What each index of the executions costs, and which calls use it."""

from bench import progress, sql
from bench.figures import median
from bench.load import BATCH, check_rollups, load, ready_batches
from bench.plans import Plans
from bench.reads import Reader
from bench.report import Column, Report
from harness.postgres import Postgres
from harness.server import Server

# In the table before.
EXECUTIONS = 200_000
# As many as the server has writers.
CLIENTS = 2

COLUMNS = [
    Column("index", "index"),
    Column("bytes_per_million", "MB/M", ",.0f"),
    Column("rows_per_second", "rows/s without it", ",.0f"),
    Column("ratio", "to all", ".3f"),
    Column("used_by", "used by"),
]
ALL = "all of them"
WITHOUT_CHECKPOINTS = """
    ALTER SYSTEM SET max_wal_size = '64GB';
    ALTER SYSTEM SET checkpoint_timeout = '1d';
    SELECT pg_reload_conf();
    VACUUM (ANALYZE, PARALLEL 0);
    CHECKPOINT;
"""


def measure(seconds: float, rounds: int) -> Report:
    # What the folder reads would be among the plans.
    server = Server("--fold-interval", "30d")
    try:
        server.start()
        users = load(server, EXECUTIONS).users
        postgres = server.postgres()
        sizes = index_sizes(postgres)
        rates = insert_rates(postgres, [*sizes], users, seconds / rounds, rounds)
        uses = index_uses(server)
        server.stop()
    finally:
        progress.end()
        server.remove()
    rows = [row(name, sizes, rates, uses) for name in [ALL, *sizes]]
    caption = (
        f"of {EXECUTIONS:,} executions of {users:,} users; rows/s with their log, in batches of "
        f"{BATCH} through pgbench, {CLIENTS} clients, each into a table that lacks one index; "
        f"medians of {rounds} rounds in turn"
    )
    return Report("indexes", caption, COLUMNS, rows)


def row(name: str, sizes: dict, rates: dict, uses: dict[str, list[str]]) -> dict:
    without = rates.get(name)
    return {
        "index": name,
        "bytes_per_million": sum(sizes.values()) if name == ALL else sizes[name],
        "rows_per_second": without and median(without),
        "ratio": without
        and median(its / whole for its, whole in zip(without, rates[ALL], strict=True)),
        "used_by": "-" if name == ALL else "; ".join(uses.get(name, [])) or "nothing",
        "rounds": without,
    }


def index_sizes(postgres: Postgres) -> dict[str, float]:
    """The indexes of the executions, by name: MB for each million of them."""
    lines = sql.run(
        postgres,
        """
        SELECT parent.relname, sum(pg_relation_size(tree.relid))
        FROM pg_index JOIN pg_class AS parent ON parent.oid = indexrelid,
          pg_partition_tree(indexrelid) AS tree
        WHERE indrelid = 'workflow_executions'::regclass
        GROUP BY parent.relname ORDER BY parent.relname;
        """,
    )
    sizes = dict(line.split("|") for line in lines.splitlines())
    return {name: int(size) / EXECUTIONS for name, size in sizes.items()}


# -- what they cost


def insert_rates(
    postgres: Postgres, indexes: list[str], users: int, seconds: float, rounds: int
) -> dict[str, list[float]]:
    """Rows a second, by the index that is missing."""
    scripts = {}
    for number, name in enumerate([ALL, *indexes]):
        # A row is found by its id, whatever else is.
        if name.endswith("_pkey"):
            continue
        progress.say(f"a table without {name}" if name != ALL else "a table with all indexes")
        schema = f"like_{number}"
        sql.run_file(postgres, "like.sql", schema=schema, without=name)
        sql.run(
            postgres,
            f"INSERT INTO {schema}.workflow_executions SELECT * FROM public.workflow_executions;",
        )
        scripts[name] = ready_batches(postgres, users, schema)
    progress.say("vacuum and checkpoint")
    sql.run(postgres, WITHOUT_CHECKPOINTS)
    rates = {name: [] for name in scripts}
    # First a round that is not counted: after a checkpoint, pages go to the WAL whole.
    for number in range(rounds + 1):
        progress.say(f"inserts, round {number} of {rounds}")
        for name, script in scripts.items():
            rates[name].append(BATCH * script.run(postgres, CLIENTS, seconds).per_second)
    return {name: counted for name, (_, *counted) in rates.items()}


# -- what uses them


def index_uses(server: Server) -> dict[str, list[str]]:
    """The calls and commands that use each."""
    plans = Plans(server)
    reader = Reader(server)
    uses: dict[str, list[str]] = {}

    def add(name: str, indexes: set[str]):
        progress.say(f"the plans of {name}")
        for index in indexes:
            uses.setdefault(index, []).append(name)

    for read in reader.reads():
        add(read.name, plans.indexes(reader.prepared(read)))
    client = reader.client
    saved = [client.save().id for _ in range(8)]
    add("update", plans.indexes(lambda: client.update(saved[0], workflow_type="etl")))
    add("delete", plans.indexes(lambda: client.delete(saved.pop())))
    add("rollups verify", plans.indexes(lambda: check_rollups(server, "verify"), times=1))
    return uses
