"""How long models took on this computer."""

import pytest
import qt
from MedGANSynthPanels import timing


@pytest.fixture(autouse=True)
def settings(scene):
    qt.QSettings().remove("MedGANSynth")
    yield qt.QSettings()
    qt.QSettings().remove("MedGANSynth")


def test_the_last_time_is_told():
    assert timing.measured_here("m", "a-to-b", "cpu") == ""
    timing.remember("m", "a-to-b", "cpu", 3.14159, (128, 128, 30))
    timing.remember("m", "a-to-b", "cuda:0", 0.2, (128, 128, 30))
    timing.remember("m", "a-to-b", "cpu", 4, (64, 64, 10))
    text = "4.0 s for 64 × 64 × 10 voxels, here and last time"
    assert timing.measured_here("m", "a-to-b", "cpu") == text


@pytest.mark.parametrize("text", ["{", "[]", '{"m/d/cpu": "fast"}', '{"m/d/cpu": [1, 2]}'])
def test_damaged_settings_tell_nothing(settings, text):
    settings.setValue(timing.KEY, text)
    assert timing.measured_here("m", "d", "cpu") == ""
    timing.remember("m", "d", "cpu", 1.0, (1, 2, 3))
    assert timing.measured_here("m", "d", "cpu").startswith("1.0 s for 1 × 2 × 3")


def test_maps_take_longer():
    def told(maps, otherwise=""):
        return timing.expected("m", "d", "cpu", maps, otherwise)

    assert (told(False), told(True)) == ("", "")
    assert told(True, "2 s (a laptop)") == "2 s (a laptop); about 7 times that with the maps"
    timing.remember("m", timing.kind("d", True), "cpu", 9.0, (1, 2, 3))
    assert told(True).startswith("9.0 s") and told(False) == ""
