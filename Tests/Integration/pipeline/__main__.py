"""python -m pipeline --address localhost:50051 --ca ca.pem --token TOKEN FOLDER...

Archives each folder and saves the run. Exits 1 if a run failed.
"""

import argparse
import os
import pathlib
import sys

import grpc

from harness.client import FAILED, Client
from pipeline.executor import ARCHIVE, run


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m pipeline", description=__doc__)
    parser.add_argument("--address", default="localhost:50051", help="HOST:PORT of the server")
    parser.add_argument("--ca", type=pathlib.Path, required=True, help="tls/ca.pem of its folder")
    parser.add_argument("--token", default=os.environ.get("WORKFLOW_HISTORY_TOKEN"))
    parser.add_argument("folders", nargs="+", metavar="FOLDER")
    arguments = parser.parse_args()

    credentials = grpc.ssl_channel_credentials(arguments.ca.read_bytes())
    failed = False
    with grpc.secure_channel(arguments.address, credentials) as channel:
        client = Client(channel, "", arguments.token)
        for folder in arguments.folders:
            done = run(client, ARCHIVE, f"archive-{pathlib.Path(folder).name}", folder)
            failed |= done.status == FAILED
            print(done.id, done.error_message or "COMPLETED")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
