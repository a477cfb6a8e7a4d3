"""What was measured: a table in a terminal, columns with tabs between in a pipe, or JSON."""

import dataclasses
import json
import os
import platform
import sys


@dataclasses.dataclass(frozen=True)
class Column:
    """A key of each row, how its head reads, and how its values are written."""

    key: str
    title: str
    format: str = ""

    def text(self, row: dict) -> str:
        value = row[self.key]
        if value is None:
            return "-"
        # What reads a pipe wants numbers that it can read.
        return format(value, self.format if in_terminal() else self.format.replace(",", ""))


@dataclasses.dataclass(frozen=True)
class Report:
    """What one subcommand has measured."""

    name: str
    caption: str
    columns: list[Column]
    rows: list[dict]
    # Whether what was measured is as it has to be.
    is_good: bool = True

    def write(self):
        print(f"{self.name}: {self.caption}")
        lines = [[column.title for column in self.columns]]
        lines += [[column.text(row) for column in self.columns] for row in self.rows]
        if not in_terminal():
            for line in lines:
                print(*line, sep="\t")
            return
        widths = [max(map(len, cells)) for cells in zip(*lines, strict=True)]
        for line in lines:
            cells = [line[0].ljust(widths[0])]
            cells += [cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True)]
            print(*cells, sep="  ")


def in_terminal() -> bool:
    return sys.stdout.isatty()


def write(reports: list[Report], as_json: bool):
    machine = f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}"
    if as_json:
        measured = {
            report.name: {"measured": report.caption, "rows": report.rows} for report in reports
        }
        print(json.dumps({"machine": machine} | measured, indent=2))
        return
    print(machine)
    for report in reports:
        print()
        report.write()
