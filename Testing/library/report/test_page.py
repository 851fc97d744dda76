import pytest

from MedGANSynthLib.report import page


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "-"), (True, "yes"), (3, "3"), (0.12345, "0.123"), (-0.5, "-0.5"), (-0.0, "0")],
)
def test_values_as_people_write_them(value, text):
    assert page.cell(value) == text
