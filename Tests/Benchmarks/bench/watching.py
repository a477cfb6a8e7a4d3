"""Watches: whether any change is missed or told twice while servers are killed and watches break
off, how soon a change is told, and what watches cost to which nothing is told."""

import contextlib
import dataclasses
import random
import signal
import threading
import time

import grpc

from bench import progress
from bench.figures import percentile
from bench.processes import cpu_seconds, resident_bytes
from bench.report import Column, Report
from harness.channels import open_channel
from harness.client import COMPLETED, PATIENCE, Client, execution
from harness.identifiers import fresh_user, uuid7
from harness.server import Server
from harness.stubs import changes_pb2
from harness.tokens import ANY_USER

WATCHES, KILLED_SERVERS = 100, 2
OF_A_REQUEST, OF_A_CALL = 500, 10
KILL_SECONDS, BREAK_SECONDS = 5.0, 4.0
DELAYS = 2_000
IDLE, OF_A_CONNECTION, IDLE_SECONDS = 10_000, 100, 10

DELIVERY = [
    Column("changes", "changes", ","),
    Column("watches", "watches", ","),
    Column("kills", "kills"),
    Column("breaks", "resumed", ","),
    Column("missed", "missed", ","),
    Column("twice", "twice", ","),
    Column("seconds", "s", ",.0f"),
]
DELAY = [
    Column("changes", "changes", ","),
    Column("p50_ms", "p50 ms", ".1f"),
    Column("p99_ms", "p99 ms", ".1f"),
]
COST = [
    Column("watches", "idle watches", ","),
    Column("server_cpu_percent", "server's CPU %", ".2f"),
    Column("postgres_cpu_percent", "Postgres's CPU %", ".2f"),
    Column("bytes_per_watch", "bytes each", ",.0f"),
]


def measure(changes: int) -> list[Report]:
    delivery = deliver(changes)
    with contextlib.ExitStack() as stack:
        server = Server()
        stack.callback(server.remove)
        server.start()
        progress.say("delays")
        delay = delays(server)
        progress.say("idle watches")
        cost = idle(server)
        server.stop()
    progress.end()
    is_good = delivery["missed"] == delivery["twice"] == 0
    return [
        Report(
            "watch",
            f"{KILLED_SERVERS + 1} servers of one database, of which one is killed every "
            f"{KILL_SECONDS:.0f} s; each watch breaks off within {BREAK_SECONDS:.0f} s",
            DELIVERY,
            [delivery],
            is_good,
        ),
        Report("watch delay", "from the answer to a save until it is told", DELAY, [delay]),
        Report("watch cost", f"over {IDLE_SECONDS} s in which nothing changes", COST, [cost]),
    ]


# -- nothing missed, nothing twice


@dataclasses.dataclass
class Fleet:
    """Servers of one database, of which some may be away for a moment."""

    servers: list[Server]
    kills: int = 0

    def client(self, user: str) -> Client:
        server = random.choice(self.servers)
        # A channel that its server does not close when it is stopped: another thread uses it.
        channel = open_channel("tls", server.address, server.socket, server.ca, None)
        return Client(channel, user, server.token(user, ANY_USER))

    def kill_one(self):
        server = random.choice(self.servers[1:])
        server.stop(signal.SIGKILL)
        server.start()
        self.kills += 1


class Follower(threading.Thread):
    """Watches one user, breaks off at random, and goes on where it was."""

    def __init__(self, fleet: Fleet, user: str):
        super().__init__(daemon=True)
        self.fleet, self.user = fleet, user
        self.seen: list[str] = []
        self.breaks = 0
        self.token = ""
        self.is_asked_to_end = False
        self.has_begun = threading.Event()

    def run(self):
        while not self.is_asked_to_end:
            with contextlib.suppress(grpc.RpcError):
                self.follow(random.uniform(0, BREAK_SECONDS))
            self.breaks += 1

    def follow(self, seconds: float):
        client = self.fleet.client(self.user)
        request = changes_pb2.WatchWorkflowExecutionsRequest(resume_token=self.token)
        call = client.stub.WatchWorkflowExecutions(
            request, metadata=client.metadata, timeout=seconds + 1
        )
        try:
            for response in call:
                for change in response.changes:
                    self.seen.append(change.execution_id)
                    self.token = change.resume_token
                self.token = response.resume_token
                self.has_begun.set()
        finally:
            call.cancel()
            client.channel.close()


def deliver(count: int) -> dict:
    began = time.monotonic()
    with contextlib.ExitStack() as stack:
        first = Server()
        stack.callback(first.remove)
        first.start()
        servers = [first]
        for _ in range(KILLED_SERVERS):
            other = Server("--database", first.postgres().conninfo)
            stack.callback(other.remove)
            servers.append(other.start())
        fleet = Fleet(servers)
        users = [fresh_user() for _ in range(WATCHES)]
        followers = [Follower(fleet, user) for user in users]
        for follower in followers:
            follower.start()
        for follower in followers:
            follower.has_begun.wait()
        saved = save_all(fleet, users, count)
        progress.say("until all is told")
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and any(
            len(follower.seen) < len(saved[follower.user]) for follower in followers
        ):
            time.sleep(0.2)
        for follower in followers:
            follower.is_asked_to_end = True
        for follower in followers:
            follower.join()
        for server in reversed(servers):
            server.stop()
    missed = sum(len(saved[one.user] - set(one.seen)) for one in followers)
    return {
        "changes": sum(len(ids) for ids in saved.values()),
        "watches": WATCHES,
        "kills": fleet.kills,
        "breaks": sum(follower.breaks for follower in followers),
        "missed": missed,
        "twice": sum(len(one.seen) - len(set(one.seen)) for one in followers),
        "seconds": time.monotonic() - began,
    }


def save_all(fleet: Fleet, users: list[str], count: int) -> dict[str, set[str]]:
    """Saves executions of all users in turn while servers are killed, each until it is answered."""
    saved: dict[str, set[str]] = {user: set() for user in users}
    done = 0
    killing = threading.Event()

    def kill():
        while not killing.wait(KILL_SECONDS):
            fleet.kill_one()

    killer = threading.Thread(target=kill)
    killer.start()
    while done < count:
        portions = []
        for _ in range(OF_A_CALL):
            portion = []
            for number in range(OF_A_REQUEST):
                user = users[number % len(users)]
                sent = execution(id=uuid7(), user_id=user, status=COMPLETED)
                saved[user].add(sent.id)
                portion.append(sent)
            portions.append(portion)
        while True:
            client = fleet.client("executor")
            try:
                client.save_many(portions)
                break
            except grpc.RpcError:
                time.sleep(0.05)
            finally:
                client.channel.close()
        done += OF_A_CALL * OF_A_REQUEST
        progress.say(f"{done:,} of {count:,} changes, {fleet.kills} kills")
    killing.set()
    killer.join()
    return saved


# -- how soon


def delays(server: Server) -> dict:
    client = server.client(fresh_user())
    call = client.stub.WatchWorkflowExecutions(
        changes_pb2.WatchWorkflowExecutionsRequest(), metadata=client.metadata
    )
    next(call)
    told: dict[str, float] = {}

    def listen():
        for response in call:
            now = time.perf_counter()
            for change in response.changes:
                told[change.execution_id] = now
            if len(told) == DELAYS:
                return

    listener = threading.Thread(target=listen)
    listener.start()
    answered = {}
    for _ in range(DELAYS):
        saved = client.save(status=COMPLETED)
        answered[saved.id] = time.perf_counter()
        time.sleep(0.005)
    listener.join()
    call.cancel()
    taken = [(told[id] - answered[id]) * 1e3 for id in answered]
    return {
        "changes": DELAYS,
        "p50_ms": percentile(taken, 50),
        "p99_ms": percentile(taken, 99),
    }


# -- what idle ones cost


def idle(server: Server) -> dict:
    before = resident_bytes(server.process.pid)
    calls = []
    for number in range(IDLE // OF_A_CONNECTION):
        user = f"idle-{number}"
        client = Client(server.channel(), user, server.token(user))
        for _ in range(OF_A_CONNECTION):
            request = changes_pb2.WatchWorkflowExecutionsRequest()
            call = client.stub.WatchWorkflowExecutions(request, metadata=client.metadata)
            next(call)
            calls.append(call)
    after = resident_bytes(server.process.pid)
    pids = server.postgres_processes()
    began = (cpu_seconds(server.process.pid), sum(map(cpu_seconds, pids)))
    time.sleep(IDLE_SECONDS)
    ended = (cpu_seconds(server.process.pid), sum(map(cpu_seconds, pids)))
    for call in calls:
        call.cancel()
    return {
        "watches": len(calls),
        "server_cpu_percent": (ended[0] - began[0]) / IDLE_SECONDS * 100,
        "postgres_cpu_percent": (ended[1] - began[1]) / IDLE_SECONDS * 100,
        "bytes_per_watch": (after - before) / len(calls),
    }
