"""Frames that get nothing done."""

import pytest

from attacks import floods
from attacks.frames import ErrorCode

# What nghttp2 takes for an error by itself.
OWN_CODES = {"answers to no SETTINGS": ErrorCode.PROTOCOL_ERROR}
HARMLESS = {"PRIORITY_UPDATE", "frames of no known type", "GOAWAY"}


@pytest.mark.parametrize("name", [name for name in floods.FLOODS if name not in HARMLESS])
def test_a_flood_ends_its_connection(attacked, name):
    expected = OWN_CODES.get(name, ErrorCode.ENHANCE_YOUR_CALM)
    assert attacked(floods.FLOODS[name]).goaway == expected


def test_a_flood_of_resets_ends_its_connection(attacked):
    assert attacked(floods.reset_again).goaway == ErrorCode.INTERNAL_ERROR


@pytest.mark.parametrize(
    "attack",
    [*(floods.FLOODS[name] for name in sorted(HARMLESS)), floods.small_data, floods.late_data],
    ids=[*sorted(HARMLESS), "DATA that may be messages", "DATA after the end"],
)
def test_frames_that_are_passed_over_cost_no_more_than_their_bytes(attacked, attack):
    assert attacked(attack).goaway is None
