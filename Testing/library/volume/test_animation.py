"""GIF films, decoded by another library."""

import numpy as np
import pytest
from PIL import Image, ImageSequence

from MedGANSynthLib.volume.animation import write_gif


@pytest.mark.parametrize("shape", [(3, 5), (40, 50), (130, 90)])  # few codes; a full table twice
def test_frames_come_back(tmp_path, shape):
    frames = np.random.default_rng(0).integers(0, 256, (3, *shape)).astype(float)
    frames[:, 0, 0], frames[:, 0, 1] = 0, 255
    write_gif(tmp_path / "a.gif", frames, 0.05)
    low, high = np.percentile(frames, (0.5, 99.5))
    with Image.open(tmp_path / "a.gif") as film:
        back = [np.array(f.convert("L")) for f in ImageSequence.Iterator(film)]
        assert film.info["duration"] == 50
        assert film.info["loop"] == 0
    expected = np.rint(255 * np.clip((frames - low) / (high - low), 0, 1))
    assert np.array_equal(back, expected)


def test_a_smooth_film_is_smaller_than_its_pixels(tmp_path):
    wave = np.rint(127 * np.sin(np.linspace(0, 6, 128)))
    frames = [np.outer(np.ones(128), np.roll(wave, n)) for n in range(5)]
    write_gif(tmp_path / "a.gif", frames, 0.1)
    assert (tmp_path / "a.gif").stat().st_size < 5 * 128 * 128 / 3
