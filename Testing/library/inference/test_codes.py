import numpy as np
import pytest

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.inference.codes import draw_code, walk

MODEL = "0123456789abcdef" * 4


def test_a_code_depends_on_model_seed_and_index_and_on_nothing_else():
    code = draw_code(MODEL, 7, 3, 5)
    assert np.array_equal(code, draw_code(MODEL, 7, 3, 5))
    others = [draw_code(MODEL[::-1], 7, 3, 5), draw_code(MODEL, 8, 3, 5), draw_code(MODEL, 7, 2, 5)]
    assert not any(np.array_equal(code, other) for other in others)


def test_codes_are_standard_normal():
    codes = np.stack([draw_code(MODEL, 0, index, 100) for index in range(200)])
    assert codes.dtype == np.float32
    assert codes.mean() == pytest.approx(0, abs=4 / np.sqrt(codes.size))
    assert codes.std() == pytest.approx(1, abs=4 / np.sqrt(2 * codes.size))


def test_walks_of_a_right_angle_by_hand():
    east, north = np.array([2.0, 0.0], np.float32), np.array([0.0, 2.0], np.float32)
    straight = walk(east, north, 3, "lerp")
    arc = walk(east, north, 3, "slerp")
    np.testing.assert_allclose(straight, [[2, 0], [1, 1], [0, 2]])
    np.testing.assert_allclose(arc, [[2, 0], [2**0.5, 2**0.5], [0, 2]], atol=1e-6)


def test_an_arc_between_parallel_codes_is_a_line():
    steps = walk(np.array([1.0, 0.0]), np.array([3.0, 0.0]), 3, "slerp")
    np.testing.assert_allclose(steps, [[1, 0], [2, 0], [3, 0]])


@pytest.mark.parametrize(
    ("steps", "kind", "sentence"),
    [(1, "slerp", "at least 2 steps"), (3, "spline", "must be slerp or lerp")],
)
def test_wrong_walks_are_refused(steps, kind, sentence):
    with pytest.raises(MedGANSynthError, match=sentence):
        walk(np.zeros(2), np.ones(2), steps, kind)
