"""What a recorder has done so far."""

import dataclasses


@dataclasses.dataclass
class RecorderCounts:
    """Counts of one recorder, since it was made."""

    # Runs that were begun, and written to the spool.
    recorded: int = 0
    # Runs that were not, for lack of room or because the disk refused.
    not_recorded: int = 0
    # Ends of recorded runs that were not: they stay RUNNING.
    ends_lost: int = 0
    # Documents that were left out of a run, for lack of room or because they are no JSON.
    documents_dropped: int = 0
    # Saves and updates that the server has taken, those of earlier processes too. A run whose
    # beginning and end went together is one.
    delivered: int = 0
    # Those that it refused for good.
    refused: int = 0
    # Runs that went on here while somebody else had ended, halted or deleted their executions.
    ended_elsewhere: int = 0
