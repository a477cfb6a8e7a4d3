"""Every attack by its name, for the report of scripts/attacks."""

from collections.abc import Callable

from attacks import connections, fields, floods, messages, resources, streams
from attacks.outcome import Outcome
from attacks.target import Target

# Mounts the attack once, and holds what it has opened for so many seconds.
Attack = Callable[[Target, float], Outcome]

ATTACKS: dict[str, Attack] = {
    "rapid reset": streams.rapid_reset,
    "MadeYouReset": streams.made_you_reset,
    "unread resets": streams.unread_resets,
    "unread refusals": streams.unread_refusals,
    "short deadlines": streams.short_deadlines,
    "open streams": streams.open_streams,
    "wrong paths": streams.wrong_paths,
    "CONTINUATION flood": fields.continuation_flood,
    "HPACK bomb": fields.hpack_bomb,
    "HPACK bomb in trailers": fields.many_trailers,
    "many fields": fields.many_fields,
    "large metadata": fields.large_metadata,
    "unfinished calls": fields.unfinished_calls,
    **floods.FLOODS,
    "small DATA": floods.small_data,
    "RST_STREAM again": floods.reset_again,
    "DATA after a reset": floods.late_data,
    "pages": resources.pages,
    "figures": resources.figures,
    "figures, by a bad token": resources.figures_of_strangers,
    "huge length": messages.huge_length,
    "partial messages": messages.partial_messages,
    "small messages": messages.small_messages,
    "decompression bomb": messages.decompression_bomb,
    "zero window": messages.zero_window,
    "zero windows, a GiB": messages.zero_windows,
    "never reads": messages.never_read,
    "slow handshakes": connections.slow_handshakes,
    "no descriptors left": connections.exhausted_descriptors,
    "idle connections": connections.idle_connections,
    "half-open connections": connections.half_open,
    "vanishing clients": connections.vanishing,
    "garbage": connections.garbage,
}
