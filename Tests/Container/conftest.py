import os

import pytest

from container import Container, Volume


@pytest.fixture(scope="session")
def image() -> str:
    if "WORKFLOW_HISTORY_IMAGE" not in os.environ:
        pytest.fail("WORKFLOW_HISTORY_IMAGE is not set: run scripts/test-container")
    return os.environ["WORKFLOW_HISTORY_IMAGE"]


@pytest.fixture
def volume():
    made = Volume()
    yield made
    made.remove()


@pytest.fixture
def run(image, volume):
    """Runs the image on the test's volume."""
    containers = []

    def start(*arguments, **options) -> Container:
        containers.append(Container(image, volume, *arguments, **options))
        return containers[-1]

    yield start
    for container in containers:
        container.remove()


@pytest.fixture(scope="module")
def server(image):
    """One container with all defaults that tests share."""
    kept = Volume()
    try:
        shared = Container(image, kept)
        try:
            yield shared
        finally:
            shared.remove()
    finally:
        kept.remove()
