import pytest

from MedGANSynthLib.experiments.paired_tests import against, holm, signed_rank


def test_holm_by_hand():
    # Sorted 0.01, 0.02, 0.03, 0.04 times 4, 3, 2, 1, never falling.
    assert holm([0.04, 0.01, 0.03, 0.02]) == pytest.approx([0.06, 0.04, 0.06, 0.06])
    assert holm([0.5, 0.9]) == [1.0, 1.0]
    assert holm([]) == []


def test_the_least_p_of_a_few_people():
    assert signed_rank([1, 2, 3, 4]) == 2 / 2**4
    assert signed_rank([1, 2, 3, 4, 5, 6]) == 2 / 2**6
    assert signed_rank([0, 0, 0]) == 1
    # Ranks of -1 are lost against 2 + 3 + 4 + 5: W = 1, so 2 * 2 / 2^5.
    assert signed_rank([-1, 2, 3, 4, 5]) == 4 / 2**5


def test_differences_are_paired_by_person():
    first = {"a": 0.5, "b": 0.8, "c": 0.6, "d": 0.3, "e": 0.4}
    better = {person: value + 0.1 for person, value in first.items()}
    rows = against(first, {"better": better, "partly": {"b": 0.7}, "none": {}}, 0)
    assert rows[0]["difference"] == pytest.approx(0.1)
    assert (rows[0]["low"], rows[0]["high"]) == (pytest.approx(0.1), pytest.approx(0.1))
    assert (rows[0]["p"], rows[0]["p_holm"]) == (2 / 2**5, 4 / 2**5)
    assert (rows[1]["subjects"], rows[1]["low"]) == (1, None)
    assert rows[2] == {"arm": "none", "subjects": 0}
