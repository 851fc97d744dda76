"""`make faults`: runs the tests of every row of the table of faults and prints what became of each.

The exit code is 1 where a test failed. A figure that a test recorded stands beside its row.
"""

import collections
import dataclasses
import sys
import tomllib
from pathlib import Path

import pytest

TESTING = Path(__file__).resolve().parents[1]


@dataclasses.dataclass(frozen=True)
class Row:
    """One fault; `tests` make it happen, `reason` says why none does, `open` what none reaches.

    A test is a pytest id below Testing without its parameters; a file's name means all of it.
    """

    number: int
    fault: str
    tests: list[str] = dataclasses.field(default_factory=list)
    reason: str = ""
    open: str = ""


def read_rows() -> list[Row]:
    text = (TESTING / "faults" / "rows.toml").read_text(encoding="utf-8")
    return [Row(**row) for row in tomllib.loads(text)["row"]]


class Outcomes:
    """A plugin of pytest: counts what became of each test, and keeps the figures it recorded."""

    def __init__(self) -> None:
        self.counts: dict[str, collections.Counter] = collections.defaultdict(collections.Counter)
        self.figures: dict[str, list[str]] = collections.defaultdict(list)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        test = report.nodeid.removeprefix("Testing/").partition("[")[0]
        if report.when == "call" or report.outcome != "passed":
            self.counts[test][report.outcome] += 1
        if report.when == "teardown":
            self.figures[test] += [str(v) for k, v in report.user_properties if k == "figure"]

    def of(self, tests: list[str]) -> tuple[collections.Counter, list[str]]:
        """Counts and figures of these tests together."""
        ran = [test for test in self.counts if test in tests or test.partition("::")[0] in tests]
        counts = sum((self.counts[test] for test in ran), collections.Counter())
        return counts, [figure for test in ran for figure in self.figures[test]]


def table(rows: list[Row], outcomes: Outcomes) -> str:
    lines = [f"{'row':>3} {'passed':>6} {'failed':>6} {'skipped':>7}  fault"]
    for row in rows:
        counts, figures = outcomes.of(row.tests)
        numbers = f"{counts['passed']:6d} {counts['failed']:6d} {counts['skipped']:7d}"
        lines.append(f"{row.number:3d} {numbers}  {row.fault}")
        notes = [*figures, *([f"not reached: {row.open}"] if row.open else []), row.reason]
        lines += [f"{'':26}{note}" for note in notes if note]
    return "\n".join(lines)


def main(options: list[str]) -> int:
    rows, outcomes = read_rows(), Outcomes()
    tests = sorted({str(TESTING / test) for row in rows for test in row.tests})
    code = pytest.main([*tests, *options], plugins=[outcomes])
    print(f"\n{table(rows, outcomes)}")
    return int(code)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
