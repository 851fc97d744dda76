"""How long models took on this computer, kept between sessions."""

import json

import qt
from slicer.i18n import tr as _

KEY = "MedGANSynth/Times"
MAPS = 7
"""With maps of the uncertainty a model runs so many times for one volume: once for the result, four
times flipped or shifted, there and back (`MedGANSynthLib.inference.uncertainty`)."""


def kind(direction: str, maps: bool) -> str:
    """What is timed in place of a direction: with maps it takes longer."""
    return f"{direction} with maps" if maps else direction


def remember(model: str, direction: str, device: str, seconds: float, size) -> None:
    """Note the last run's time for one volume of `size` (i, j, k) voxels."""
    known = _known()
    known[f"{model}/{direction}/{device}"] = [round(seconds, 2), *map(int, size)]
    qt.QSettings().setValue(KEY, json.dumps(known))


def measured_here(model: str, direction: str, device: str) -> str:
    """The last run's time in words; empty if there was none."""
    match _known().get(f"{model}/{direction}/{device}"):
        case [float() | int() as seconds, int() as i, int() as j, int() as k]:
            return _("{seconds:.1f} s for {i} × {j} × {k} voxels, here and last time").format(
                seconds=seconds, i=i, j=j, k=k
            )
    return ""


def expected(model: str, direction: str, device: str, maps: bool, otherwise: str) -> str:
    """What is known of the time for one volume, in words; `otherwise` where it was not measured."""
    if here := measured_here(model, kind(direction, maps), device):
        return here
    one = measured_here(model, direction, device) or otherwise
    if not (one and maps):
        return one
    return _("{time}; about {count} times that with the maps").format(time=one, count=MAPS)


def _known() -> dict:
    try:
        known = json.loads(qt.QSettings().value(KEY) or "{}")
    except (TypeError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}
