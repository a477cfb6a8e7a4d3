"""What the JSON mapping is held to."""

import pathlib
import subprocess
import sys

SCRIPT = pathlib.Path(__file__).parents[1] / "Support" / "ProtobufJSON" / "make-golden"


def test_the_golden_file_is_what_protobuf_makes():
    subprocess.run([sys.executable, SCRIPT, "--check"], check=True)
