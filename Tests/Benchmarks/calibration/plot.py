"""Draws how estimates of executions compare with what became of them.

usage: plot.py TABLE PNG

TABLE is what EstimateCalibrationTests writes: a line for each execution that was held out.
"""

import csv
import sys
from math import sqrt

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot

BLUE = "#1f5a94"
GREY = "#9aa4ae"
NEW = "the first 3 days after a change"


def share(values):
    """The share that is true, and 1.96 of its standard errors."""
    part = sum(values) / len(values)
    return part, 1.96 * sqrt(part * (1 - part) / len(values))


def draw_quantiles(axes, runs):
    """How many stay within each quantile."""
    levels = [percent / 100 for percent in range(1, 100)]
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=1)
    for label, style, left_out in [("all", ":", ""), ("where no change is new", "-", NEW)]:
        places = [
            1 - float(run["longer_share"]) for run in runs
            if run["longer_share"] and run["group"] != left_out]
        within = [sum(place <= level for place in places) / len(places) for level in levels]
        axes.plot(levels, within, style, color=BLUE, label=label)
    axes.legend(frameon=False, loc="upper left")
    axes.set(
        title="Durations", xlabel="estimated quantile", ylabel="share of executions within it",
        xlim=(0, 1), ylim=(0, 1), aspect="equal")


def draw_groups(axes, runs):
    """How many of each group stay within p90."""
    groups = {"all": []}
    for run in runs:
        if run["of_p90"]:
            within = float(run["of_p90"]) <= 1
            groups["all"].append(within)
            groups.setdefault(run["group"], []).append(within)
    names = ["all", *sorted((name for name in groups if name != "all"), reverse=True)]
    for place, name in enumerate(names):
        part, error = share(groups[name])
        axes.errorbar(part, place, xerr=error, fmt="o", color=BLUE, markersize=4)
    axes.axvspan(0.87, 0.93, color=GREY, alpha=0.3, linewidth=0)
    axes.set_yticks(range(len(names)), names)
    axes.set(title="Within p90", xlabel="share of executions", xlim=(0.7, 1))


def draw_failures(axes, runs):
    """How many fail of those with about the same estimated chance."""
    edges = [0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5]
    axes.plot([0, 0.6], [0, 0.6], color=GREY, linewidth=1)
    for low, high in zip(edges, [*edges[1:], 1], strict=True):
        chances = [
            (float(run["failure_probability"]), run["failed"] == "1") for run in runs
            if low <= float(run["failure_probability"]) < high]
        if len(chances) >= 50:
            part, error = share([failed for _, failed in chances])
            mean = sum(chance for chance, _ in chances) / len(chances)
            axes.errorbar(mean, part, yerr=error, fmt="o", color=BLUE, markersize=4)
    axes.set(
        title="Failures", xlabel="estimated chance of a failure", ylabel="share that failed",
        xlim=(0, 0.6), ylim=(0, 0.6), aspect="equal")


def main(table, png):
    with open(table, newline="") as file:
        runs = list(csv.DictReader(file, delimiter="\t"))
    pyplot.rcParams.update({"font.size": 9, "axes.spines.top": False, "axes.spines.right": False})
    figure, (quantiles, groups, failures) = pyplot.subplots(
        1, 3, figsize=(12, 3.8), layout="constrained")
    draw_quantiles(quantiles, runs)
    draw_groups(groups, runs)
    draw_failures(failures, runs)
    figure.savefig(png, dpi=110, metadata={"Software": None})


if __name__ == "__main__":
    main(*sys.argv[1:])
