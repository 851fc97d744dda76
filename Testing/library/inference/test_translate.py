import dataclasses

import numpy as np
import pytest
import torch

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.events import Events
from MedGANSynthLib.inference.translate import Translator, translate_volume
from MedGANSynthLib.inference.uncertainty import map_names, uncertainty_maps
from MedGANSynthLib.volume.grid import Intensity
from MedGANSynthLib.volume.intensity import intensity_range
from MedGANSynthLib.volume.preprocessing import prepare
from MedGANSynthLib.volume.provenance import Source


class Warnings(Events):
    def __init__(self):
        super().__init__()
        self.texts = []

    def warning(self, text):
        self.texts.append(text)


def run(package, *volumes, **options):
    return translate_volume(volumes, package, None, "cpu", **options)


def normal(volume, package):
    prepared = prepare(volume, package.manifest.grid, package.manifest.intensity)
    return prepared.undo(prepared.array)


def test_identity_network_gives_the_input_on_the_targets_range(make_package, head):
    package, volume = make_package(lambda x: x), head()
    result = run(package, volume)
    assert np.array_equal(result.affine, volume.affine) and result.shape == volume.shape
    assert np.allclose(result.array, 600 + 500 * normal(volume, package), atol=1e-3)
    assert result.array.dtype == np.float32 and result.modality == "t2"
    assert result.array.min() == 100 and result.array.max() == 1100


def test_blank_slices_are_not_computed(make_package, head):
    package, volume = make_package(lambda x: x * 0 + 1), head()  # 5 of 9 slices are not blank
    result = run(package, volume)
    assert package.networks["there"].seen == 5
    assert (result.array[:, :, [0, 1, 7, 8]] == 100).all()
    assert (result.array[:, :, 2:7] == 1100).all()


def test_what_is_blank_stays_blank_where_the_model_says_so(make_package, head):
    volume = head(shape=(20, 20, 5))
    volume.array[10, 10, 2] = 0  # a dark spot inside, too small to be background
    whole = make_package(lambda x: x * 0 + 1)
    assert (run(whole, volume).array[..., 2] == 1100).all()
    package = make_package(lambda x: x * 0 + 1)
    there = dataclasses.replace(package.manifest.directions["t1-to-t2"], blank=True)
    package.manifest.directions["t1-to-t2"] = there
    result = run(package, volume).array[..., 2]
    assert (result[2:-2, 2:-2] == 1100).all()
    result[2:-2, 2:-2] = 100
    assert (result == 100).all()


@pytest.mark.parametrize("batch", [0, 1, 2, 7])
def test_batches_make_no_difference(make_package, head, batch):
    package, volume = make_package(lambda x: -x), head()
    assert np.array_equal(run(package, volume, batch=batch).array, run(package, volume).array)


@pytest.mark.parametrize(
    ("step_mm", "spacing", "step"), [(5.0, 5.0, 1), (5.0, 2.0, 2), (2.0, 5.0, 1), (5.0, 1.0, 5)]
)
@pytest.mark.parametrize(("channel", "side"), [(0, -1), (2, 1)])
def test_neighbours_lie_step_mm_away(make_package, head, step_mm, spacing, step, channel, side):
    """A network that answers with one neighbour shifts the volume by `step` slices."""

    def neighbour(x):
        return x[:, channel : channel + 1]

    package = make_package(neighbour, slices=3, step_mm=step_mm)
    volume = head(shape=(12, 12, 21), spacing=(1.0, 1.0, spacing))
    expected = normal(volume, package)
    wanted = np.clip(np.arange(21) + side * step, 0, 20)
    computed = expected.max(axis=(0, 1)) > -1
    shifted = np.where(computed, expected[:, :, wanted], -1)
    assert np.allclose(run(package, volume).array, 600 + 500 * shifted, atol=1e-3)


def test_the_middle_of_several_output_channels_is_taken(make_package, head):
    package, volume = make_package(lambda x: x, slices=3), head()
    expected = 600 + 500 * normal(volume, package)
    assert np.allclose(run(package, volume).array, expected, atol=1e-3)


def test_two_inputs_in_the_order_of_the_card(make_package, head):
    package = make_package(lambda x: (x[:, 1:2] - x[:, 4:5]) / 2, slices=3, inputs=("t1", "pd"))
    t1, pd = head(0), head(1)
    expected = (normal(t1, package) - normal(pd, package)) / 2
    blank = (normal(t1, package).max((0, 1)) == -1) & (normal(pd, package).max((0, 1)) == -1)
    expected[:, :, blank] = -1
    assert np.allclose(run(package, t1, pd).array, 600 + 500 * expected, atol=1e-3)


def test_wrong_inputs(make_package, head):
    package = make_package(lambda x: x, inputs=("t1", "pd"))
    with pytest.raises(MedGANSynthError, match="needs 2 inputs"):
        run(package, head())
    with pytest.raises(MedGANSynthError, match="pd and t1 lie on different grids"):
        other = head(spacing=(1.1, 1.0, 5.0))
        Translator.load(package, None, "cpu").translate([head(), other])
    with pytest.raises(MedGANSynthError, match="no such device"):
        translate_volume([head()] * 2, package, None, "cuda:99")
    with pytest.raises(MedGANSynthError, match="unknown device"):
        translate_volume([head()] * 2, package, None, "toaster")


def test_three_dimensional_network_sees_the_whole(make_package, head):
    package, volume = make_package(lambda x: x.flip(4), slices=0), head()
    prepared = prepare(volume, package.manifest.grid, package.manifest.intensity)
    expected = prepared.undo(prepared.array[:, :, ::-1])
    assert np.allclose(run(package, volume).array, 600 + 500 * expected, atol=1e-3)


def test_out_of_memory_is_a_sentence(make_package, head):
    def greedy(x):
        raise torch.OutOfMemoryError("CUDA out of memory")

    with pytest.raises(MedGANSynthError, match="not enough memory, even for 1 slice at a time"):
        run(make_package(greedy), head())


def test_other_errors_of_a_network_are_not_hidden(make_package, head):
    with pytest.raises(RuntimeError, match="size of tensor"):
        run(make_package(lambda x: x + x[..., :3]), head())


def test_provenance(make_package, head):
    package, volume = make_package(lambda x: x), head()
    translator = Translator.load(package, "t1-to-t2", "cpu", match=(5.0, 9.0))
    made = translator.translate([volume], [Source("cd" * 32, "t1")], fill_nonfinite=None)
    assert made.provenance.model == "formula" and made.provenance.model_sha256 == "ab" * 32
    assert made.provenance.direction == "t1-to-t2"
    assert made.provenance.inputs == (Source("cd" * 32, "t1"),)
    assert made.provenance.settings == {
        "output_low": 5.0,
        "output_high": 9.0,
        "fill_nonfinite": None,
    }
    assert intensity_range(made.array, Intensity()) == pytest.approx((5, 9), abs=0.1)
    assert made.array.min() == 5


def test_nothing_falls_below_the_least_value_of_the_modality(make_package, head):
    volume = head()
    output = {"modality": "t2", "reference_range": [-100.0, 300.0], "minimum": 0.0}
    direction = {"network": "there", "inputs": [{"modality": "t1", "reference_range": [0, 800]}]}
    package = make_package(lambda x: x, directions={"t1-to-t2": direction | {"output": output}})
    expected = np.maximum(100 + 200 * normal(volume, package), 0)
    assert (expected == 0).any()
    assert np.allclose(run(package, volume).array, expected, atol=1e-3)


def test_warnings_reach_the_listener(make_package, head):
    warned = Warnings()
    volume = head()
    run(make_package(lambda x: x), volume.with_array(volume.array - 500), events=warned)
    assert len(warned.texts) == 1 and "negative" in warned.texts[0]


def test_spread_is_zero_for_a_network_without_a_preferred_place(make_package, head):
    package = make_package(lambda x: -x, back=lambda x: -x)
    translator = Translator.load(package, None, "cpu")
    maps = uncertainty_maps(translator, [head()])
    assert list(maps) == map_names(translator) == ["spread", "cycle-error"]
    for volume in maps.values():
        assert np.abs(volume.array).max() < 1e-3 and volume.shape == head().shape
        assert volume.provenance.settings["map"] in maps


def test_spread_by_hand(make_package, head):
    """+-0.5 by column in the left or the right half: half of the four variants differ there."""

    def lopsided(x):
        columns = torch.arange(x.shape[3]) < x.shape[3] // 2
        return torch.where(columns, 0.5, -0.5).expand_as(x)

    package = make_package(lopsided)
    volume = head(shape=(16, 16, 9))
    spread = uncertainty_maps(Translator.load(package, None, "cpu"), [volume])["spread"]
    assert map_names(Translator.load(package, None, "cpu")) == ["spread"]
    # Away from the middle and the edges two variants say 0.5 and two -0.5: deviation 0.5.
    assert np.allclose(spread.array[[4, 5, 12, 13], :, 2:7], 0.5 * 500, atol=1e-2)
    assert (spread.array[:, :, [0, 1, 7, 8]] == 0).all()


def test_cycle_error_by_hand(make_package, head):
    package = make_package(lambda x: x / 2, back=lambda x: x)
    volume = head()
    maps = uncertainty_maps(Translator.load(package, None, "cpu"), [volume])
    low, high = volume.array[volume.array > 0].min(), volume.array.max()
    expected = np.abs(normal(volume, package)) / 2 * (high - low) / 2
    computed = volume.array.max(axis=(0, 1)) > 0
    assert np.allclose(
        maps["cycle-error"].array[:, :, computed], expected[:, :, computed], atol=0.05
    )
