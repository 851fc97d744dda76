import pytest

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.events import Events
from MedGANSynthLib.turing.sizes import one_reader, plan_sizes, several_readers


def test_one_reader_row():
    row = one_reader(100)
    assert (row["power_60"], row["power_65"]) == (0.462, 0.828)
    assert (row["equivalent_10"], row["equivalent_15"]) == (0.236, 0.807)


def test_without_reader_and_case_spread_it_is_the_t_test():
    figures = several_readers(5, 100, 0.6, 0.1, reader_sd=0.0, case_sd=0.0)
    assert figures["half_width"] == pytest.approx(2.776445 * (0.24 / 500) ** 0.5, abs=5e-4)


def test_more_readers_help_less_than_more_of_both():
    few = several_readers(3, 50, 0.6, 0.1)
    more = several_readers(10, 50, 0.6, 0.1)
    both = several_readers(10, 200, 0.6, 0.1)
    assert few["power"] < more["power"] < both["power"]
    assert few["equivalent"] <= more["equivalent"] < both["equivalent"]


def test_the_table_has_every_combination():
    rows = plan_sizes((50, 100), (1, 5), 0.65, 0.1, Events())["rows"]
    assert [(r["readers"], r["cases"]) for r in rows] == [(1, 50), (1, 100), (5, 50), (5, 100)]
    assert rows[1]["power"] == 0.828


@pytest.mark.parametrize("accuracy", [0.5, 1.0])
def test_out_of_range(accuracy):
    with pytest.raises(MedGANSynthError, match="--accuracy"):
        plan_sizes((50,), (1,), accuracy, 0.1, Events())
