"""What many measurements come to."""

import math
import statistics


def median(values) -> float:
    return statistics.median(values)


def percentile(values: list[float], percent: float) -> float:
    """By nearest rank."""
    return sorted(values)[max(0, math.ceil(len(values) * percent / 100) - 1)]
