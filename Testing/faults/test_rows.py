"""Every row of the table of faults is held by tests that exist, or says why it is not."""

import ast

import pytest
from fault_table import TESTING, Outcomes, Row, read_rows, table


def functions(file):
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {n.name for n in tree.body if isinstance(n, ast.FunctionDef) and "test_" in n.name}


def test_rows_are_numbered_from_1():
    assert [row.number for row in read_rows()] == list(range(1, len(read_rows()) + 1))
    assert len(read_rows()) >= 55


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

    def report(test, outcome, when="call", figures=()):
        properties = [("figure", figure) for figure in figures]
        outcomes.pytest_runtest_logreport(
            pytest.TestReport(
                test, ("", 0, ""), {}, outcome, None, when, user_properties=properties
            )
        )

    report("Testing/a/test_x.py::test_one[0]", "passed")
    report("Testing/a/test_x.py::test_one[1]", "failed")
    report("Testing/a/test_x.py::test_one[1]", "passed", "teardown", ["64 of 64"])
    report("Testing/a/test_y.py::test_two", "skipped", "setup")
    rows = [
        Row(1, "a bit flips", ["a/test_x.py::test_one"]),
        Row(2, "the sky falls", ["a/test_y.py"], open="clouds"),
        Row(3, "nothing", reason="cannot be"),
    ]
    assert table(rows, outcomes).splitlines()[1:] == [
        "  1      1      1       0  a bit flips",
        f"{'':26}64 of 64",
        "  2      0      0       1  the sky falls",
        f"{'':26}not reached: clouds",
        "  3      0      0       0  nothing",
        f"{'':26}cannot be",
    ]
