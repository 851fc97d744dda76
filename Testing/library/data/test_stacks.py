"""Slices of volumes, and the stream of images."""

import numpy as np
import pytest

from MedGANSynthLib.data.image_settings import Slices
from MedGANSynthLib.data.images import ImageDataset, Pictures, common_pixels
from MedGANSynthLib.data.stacks import load_stack
from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.volume.grid import Intensity
from MedGANSynthLib.volume.volume import Volume

ALL = Intensity(0.0, 100.0)


def volume(array=None):
    """Rows towards posterior, columns left, slices up: as the networks see them."""
    if array is None:
        array = np.zeros((16, 16, 10))
        array[:, :, 2:8] = np.random.default_rng(0).uniform(1, 2, (16, 16, 6))
    affine = np.array([[0, -2.0, 0, 0], [-2.0, 0, 0, 0], [0, 0, 3.0, 0], [0, 0, 0, 1]])
    return Volume(array, affine, "t1")


def settings(**changes):
    return Slices(**{"size": 16, "intensity": ALL, "blank": 0.5} | changes)


def test_slices_are_those_of_the_volume_and_blank_ones_are_left_out():
    stack = load_stack("s", {"t1": volume()}, settings())
    assert stack.images.shape == (6, 1, 16, 16)
    assert stack.spacing == pytest.approx((2, 2, 3))
    low, high = stack.intensity_range
    expected = np.clip(2 * (volume().array[:, :, 3] - low) / (high - low) - 1, -1, 1)
    np.testing.assert_allclose(stack.images[1, 0], expected, atol=1e-6)


def test_a_span_chooses_slices_by_their_place():
    """Six slices with foreground, five steps between the first and the last: 0.4 is two of them."""
    part = load_stack("s", {"t1": volume()}, settings(span=(0.4, 1.0)))
    whole = load_stack("s", {"t1": volume()}, settings())
    np.testing.assert_array_equal(
        part.images, whole.images[2:] if len(part.images) == 4 else whole.images[3:]
    )


def test_a_mask_blanks_what_is_outside():
    mask = np.zeros((16, 16, 10))
    mask[4:12] = 1
    volumes = {"t1": volume(), "mask": volume(mask)}
    stack = load_stack("s", volumes, settings(stripped=True, blank=0.1))
    assert (stack.images[:, :, :4] == -1).all()
    far = Volume(mask, np.eye(4))
    with pytest.raises(MedGANSynthError, match="its mask lies on another grid"):
        load_stack("s", {"t1": volume(), "mask": far}, settings(stripped=True))


def test_nothing_to_learn_from_is_said():
    with pytest.raises(MedGANSynthError, match="s: no slice has enough foreground"):
        load_stack("s", {"t1": volume(np.zeros((16, 16, 10)))}, settings())
    with pytest.raises(MedGANSynthError, match="has 1 usable images; at least 2"):
        ImageDataset(np.zeros((1, 1, 4, 4), np.float32), 0)


def test_differing_pixels_are_named():
    people = [
        Pictures(n, np.zeros(1), (s, s, 1.0), (0.0, 1.0)) for n, s in (("a", 1.0), ("b", 2.0))
    ]
    with pytest.raises(MedGANSynthError, match=r"a 1 x 1 mm, b 2 x 2 mm\); set data\.spacing"):
        common_pixels(people)
    assert common_pixels(people[:1]) == (1.0, 1.0)


def test_every_epoch_shows_every_image_once_whatever_came_before():
    images = np.arange(5, dtype=np.float32)[:, None, None, None] * np.ones((5, 1, 2, 2), np.float32)
    items = ImageDataset(images, seed=3)
    epochs = [[items[n]["image"][0, 0, 0].item() for n in range(5 * e, 5 * e + 5)] for e in (0, 1)]
    assert sorted(epochs[0]) == sorted(epochs[1]) == [0, 1, 2, 3, 4]
    assert epochs[0] != epochs[1]
    assert items[7]["image"][0, 0, 0].item() == epochs[1][2]


def test_mirrors_and_turns():
    images = np.arange(8, dtype=np.float32).reshape(2, 1, 2, 2)
    always = ImageDataset(images, 0, mirror=1.0)
    plain = ImageDataset(images, 0)
    assert np.array_equal(always[0]["image"], plain[0]["image"].flip(2))
    turned = ImageDataset(images, 0, turn=1.0)
    seen = {
        k
        for n in range(40)
        for k in (1, 2, 3)
        if np.array_equal(turned[n]["image"], plain[n]["image"].rot90(k, (1, 2)))
    }
    assert seen == {1, 2, 3}
