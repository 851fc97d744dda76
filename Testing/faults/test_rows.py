"""Every row of the table of faults is held by tests that exist, or says why it is not."""

import ast

import pytest
from fault_table import TESTING, Outcomes, Row, idle, read_rows, table


def functions(file):
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {n.name for n in tree.body if isinstance(n, ast.FunctionDef) and "test_" in n.name}


def test_rows_are_numbered_from_1():
    assert [row.number for row in read_rows()] == list(range(1, len(read_rows()) + 1))
    assert len(read_rows()) >= 67


@pytest.mark.parametrize("row", read_rows(), ids=lambda row: row.number)
def test_every_row_is_held(row):
    assert bool(row.tests) != bool(row.reason)
    assert len(set(row.tests)) == len(row.tests)
    for test in row.tests:
        file, _, name = test.partition("::")
        assert (TESTING / file).is_file(), test
        assert not name or name in functions(TESTING / file), test


def test_the_table_counts_each_rows_tests():
    outcomes = Outcomes()

    def report(test, outcome, when="call", figures=(), seconds=0.0):
        properties = [("figure", figure) for figure in figures]
        made = pytest.TestReport(
            test, ("", 0, ""), {}, outcome, None, when, (), seconds, user_properties=properties
        )
        outcomes.pytest_runtest_logreport(made)

    report("Testing/a/test_x.py::test_one[0]", "passed", seconds=3)
    report("Testing/a/test_x.py::test_one[1]", "failed", seconds=5)
    report("Testing/a/test_x.py::test_one[1]", "passed", "teardown", ["63 of 64"], seconds=1)
    report("Testing/a/test_y.py::test_two", "skipped", "setup")
    rows = [
        Row(1, "a bit flips", ["a/test_x.py::test_one"], wanted="64 of 64"),
        Row(2, "the sky falls", ["a/test_y.py"], open="clouds"),
        Row(3, "nothing", reason="cannot be"),
        Row(4, "never", ["a/test_z.py"]),
    ]
    assert table(rows, outcomes).splitlines()[1:] == [
        "  1      1      1       0       9  a bit flips",
        f"{'':34}wanted: 64 of 64",
        f"{'':34}reached: 63 of 64",
        "  2      0      0       1       0  the sky falls",
        f"{'':34}not reached: clouds",
        "  3      0      0       0       0  nothing",
        f"{'':34}no test: cannot be",
        "  4      0      0       0       0  never",
    ]
    assert idle(rows, outcomes) == [4]
