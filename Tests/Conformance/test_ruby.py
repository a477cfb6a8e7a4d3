"""gRPC's interop cases by gRPC's own interop client in Ruby, each over every transport."""

import re
import subprocess

import pytest

from interop.debian import RUBY, SERVER_NAME, ruby_grpc

CLIENT = ruby_grpc() / "pb" / "test" / "client.rb"
CASES = [
    "empty_unary",
    "large_unary",
    "client_streaming",
    "server_streaming",
    "ping_pong",
    "empty_stream",
    "client_compressed_unary",
    "client_compressed_streaming",
    "custom_metadata",
    "status_code_and_message",
    "unimplemented_method",
    "unimplemented_service",
    "cancel_after_begin",
    "cancel_after_first_response",
    "timeout_on_sleeping_server",
]
# What its other cases need, and no server here has: an account at a cloud provider.
CLOUD_CASES = {
    "all",
    "compute_engine_creds",
    "jwt_token_creds",
    "oauth2_auth_token",
    "per_rpc_creds",
    "service_account_creds",
}
# The client itself gives up on no call.
PATIENCE = 120


def run_client(*arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [RUBY, CLIENT, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE,
    )


@pytest.mark.parametrize("case", CASES)
def test_case(server, transport, case):
    # It joins host and port with a colon, which names a Unix socket as well.
    address = server.address if transport == "tls" else f"unix:{server.socket}"
    host, _, port = address.partition(":")
    result = run_client(
        f"--server_host={host}",
        f"--server_port={port}",
        f"--server_host_override={SERVER_NAME}",
        f"--use_tls={'false' if transport == 'unix' else 'true'}",
        "--use_test_ca=true",
        f"--test_case={case}",
    )
    assert result.returncode == 0, result.stdout
    assert f'"OK: {case}"' in result.stdout.splitlines(), result.stdout


def test_no_case_that_the_client_has_is_left_out():
    listed = re.search(r"\(([a-z0-9_,]+)\)", run_client("--help").stdout)
    assert set(listed[1].split(",")) == CLOUD_CASES | set(CASES)
