"""The OpenAPI document, and what judges it and a server by it, in an environment of its own."""

import functools
import json
import os
import pathlib
import subprocess

from harness import tokens
from harness.server import Server
from harness.stubs import REPOSITORY

DOCUMENT = REPOSITORY / "docs" / "openapi.json"
_FOLDER = REPOSITORY / "Tests" / "OpenAPI"


@functools.cache
def environment() -> pathlib.Path:
    """The folder of the tools' commands."""
    command = [REPOSITORY / "scripts" / "python-environment", _FOLDER / "requirements.txt"]
    made = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return pathlib.Path(made.stdout.strip()).parent


def run_schemathesis(
    server: Server, seconds: int, folder: pathlib.Path
) -> tuple[subprocess.CompletedProcess, dict, dict]:
    """Lets schemathesis ask a server for so long, as a user who may act for others.

    Returns the process that has ended, its report, and of each operation how often which status was
    answered.
    """
    report, answers = folder / "report.json", folder / "answers.json"
    command = [environment() / "schemathesis", "--config-file", _FOLDER / "schemathesis.toml"]
    command += ["run", DOCUMENT, "--url", f"https://localhost:{server.port}"]
    command += ["--tls-verify", server.data / "tls" / "ca.pem", "--max-time", str(seconds)]
    command += ["--report", "json", "--report-json-path", report]
    done = subprocess.run(
        command,
        cwd=folder,
        env=os.environ
        | {
            "SCHEMATHESIS_FOLDER": str(_FOLDER),
            "SCHEMATHESIS_ANSWERS": str(answers),
            "WORKFLOW_HISTORY_TOKEN": server.token("ann", tokens.ANY_USER),
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=seconds + 120,
    )
    return done, json.loads(report.read_text()), json.loads(answers.read_text())
