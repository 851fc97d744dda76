"""`make faults`: runs the tests of every row of the table of faults and prints what became of each.

    python Testing/faults/fault_table.py --rows 28 37 --count 5 -x

runs the tests of two rows, the long ones five times over instead of a hundred; what follows is
pytest's. The exit code is 1 where a test failed, or a row's tests did not run.
"""

import argparse
import collections
import dataclasses
import os
import sys
import tomllib
from pathlib import Path

import pytest

TESTING = Path(__file__).resolve().parents[1]


@dataclasses.dataclass(frozen=True)
class Row:
    """One fault; `tests` make it happen, `reason` says why none does, `open` what none reaches.

    A test is a pytest id below Testing without its parameters; a file's name means all of it.
    `wanted` is the figure to reach, beside which the table puts what the tests recorded as theirs.
    """

    number: int
    fault: str
    tests: list[str] = dataclasses.field(default_factory=list)
    wanted: str = ""
    reason: str = ""
    open: str = ""


def read_rows() -> list[Row]:
    text = (TESTING / "faults" / "rows.toml").read_text(encoding="utf-8")
    return [Row(**row) for row in tomllib.loads(text)["row"]]


class Outcomes:
    """A plugin of pytest: counts what became of each test, times it, keeps what it recorded."""

    def __init__(self) -> None:
        self.counts: dict[str, collections.Counter] = collections.defaultdict(collections.Counter)
        self.seconds: dict[str, float] = collections.defaultdict(float)
        self.figures: dict[str, list[str]] = collections.defaultdict(list)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        test = report.nodeid.removeprefix("Testing/").partition("[")[0]
        self.seconds[test] += report.duration
        if report.when == "call" or report.outcome != "passed":
            self.counts[test][report.outcome] += 1
        if report.when == "teardown":
            self.figures[test] += [str(v) for k, v in report.user_properties if k == "figure"]

    def of(self, tests: list[str]) -> tuple[collections.Counter, float, list[str]]:
        """Counts, seconds and figures of these tests together."""
        ran = [test for test in self.counts if test in tests or test.partition("::")[0] in tests]
        counts = sum((self.counts[test] for test in ran), collections.Counter())
        seconds = sum(self.seconds[test] for test in ran)
        return counts, seconds, [figure for test in ran for figure in self.figures[test]]


def table(rows: list[Row], outcomes: Outcomes) -> str:
    """Of each row what was wanted and what was reached; a test may serve several rows."""
    lines = [f"{'row':>3} {'passed':>6} {'failed':>6} {'skipped':>7} {'seconds':>7}  fault"]
    for row in rows:
        counts, seconds, figures = outcomes.of(row.tests)
        numbers = f"{counts['passed']:6d} {counts['failed']:6d} {counts['skipped']:7d}"
        lines.append(f"{row.number:3d} {numbers} {seconds:7.0f}  {row.fault}")
        notes = [("wanted", row.wanted), *(("reached", figure) for figure in figures)]
        notes += [("not reached", row.open), ("no test", row.reason)]
        lines += [f"{'':34}{name}: {note}" for name, note in notes if note]
    return "\n".join(lines)


def idle(rows: list[Row], outcomes: Outcomes) -> list[int]:
    """Rows that have tests of which none ran to its end."""
    return [r.number for r in rows if r.tests and not outcomes.of(r.tests)[0]]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Runs the tests of the table of faults.")
    parser.add_argument("--rows", type=int, nargs="+", help="run these alone")
    parser.add_argument("--count", type=int, help="kills and cycles (default: 100)")
    chosen, options = parser.parse_known_args(arguments)
    if chosen.count is not None:
        os.environ["MEDGANSYNTH_FAULTS_COUNT"] = str(chosen.count)
    rows = [row for row in read_rows() if chosen.rows is None or row.number in chosen.rows]
    outcomes = Outcomes()
    tests = sorted({str(TESTING / test) for row in rows for test in row.tests})
    code = pytest.main([*tests, *options], plugins=[outcomes])
    print(f"\n{table(rows, outcomes)}")
    if left := idle(rows, outcomes):
        print(f"no test ran of the rows {', '.join(map(str, left))}")
    return int(code) or bool(left)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
