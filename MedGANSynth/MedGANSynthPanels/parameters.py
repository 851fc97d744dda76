"""What the user has chosen: kept in the scene, and what is not about its nodes in QSettings too."""

import enum
import json
from typing import Annotated

import qt
from slicer import vtkMRMLDisplayableNode, vtkMRMLScalarVolumeNode
from slicer.i18n import tr as _
from slicer.parameterNodeWrapper import WithinRange, parameterNodeWrapper, parameterPack


class Source(enum.Enum):
    """What is translated."""

    VOLUME = "volume"
    SEVERAL = "several"
    FOLDER = "folder"

    def label(self) -> str:
        """What the combo box says."""
        return {
            Source.VOLUME: _("One volume"),
            Source.SEVERAL: _("Several volumes of the scene"),
            Source.FOLDER: _("All volumes of a folder"),
        }[self]


class Show(enum.Enum):
    """How a result is shown."""

    FADE = "fade"
    SIDE_BY_SIDE = "side by side"
    NOTHING = "nothing"

    def label(self) -> str:
        """What the combo box says."""
        return {
            Show.FADE: _("Over the input, fading"),
            Show.SIDE_BY_SIDE: _("Side by side with the input"),
            Show.NOTHING: _("Leave the views alone"),
        }[self]


@parameterPack
class TranslateSettings:
    """What is about no node; a new scene starts with the last session's."""

    source: Source = Source.VOLUME
    model: str = ""
    direction: str = ""
    device: str = "auto"
    uncertainty: bool = False
    show: Show = Show.FADE
    fade: Annotated[float, WithinRange(0.0, 1.0)] = 0.5
    inputFolder: str = ""
    outputFolder: str = ""


@parameterNodeWrapper
class MedGANSynthParameterNode:
    """All parameters of the module.

    Attributes:
        inputs: the volume that each modality is read from.
        volumes: what is translated one after the other.
        output: the volume to be replaced; None for a new one.
        restriction: segmentation or ROI outside which nothing synthetic is kept.
        frames: whether all frames of the input's sequence are translated.
    """

    settings: TranslateSettings
    inputs: dict[str, vtkMRMLScalarVolumeNode]
    volumes: list[vtkMRMLScalarVolumeNode]
    output: vtkMRMLScalarVolumeNode
    restriction: vtkMRMLDisplayableNode
    frames: bool = False


KEY = "MedGANSynth/Translate"
_RECALLED = "recalled"
NAMES = ("source", "model", "direction", "device", "uncertainty", "show", "fade")
NAMES += ("inputFolder", "outputFolder")


_wrapped: list[MedGANSynthParameterNode] = []


def wrap(node) -> MedGANSynthParameterNode:
    """The parameters in a scripted module node; a new node gets those of the last session.

    A node has one wrapper for good, because Slicer's are never let go once widgets were bound to
    them. A node that the closing of its scene has emptied is new, although the wrapper may have
    filled in the defaults already.
    """
    if not (_wrapped and _wrapped[0].parameterNode is node):
        _wrapped[:] = [MedGANSynthParameterNode(node)]
    (parameters,) = _wrapped
    if not node.GetParameter(_RECALLED):
        recall(parameters.settings)
        node.SetParameter(_RECALLED, "1")
    return parameters


def remember(settings: TranslateSettings) -> None:
    """Write the settings to QSettings."""
    plain = {name: getattr(settings, name) for name in NAMES}
    plain |= {name: v.name for name, v in plain.items() if isinstance(v, enum.Enum)}
    text = json.dumps(plain)
    if qt.QSettings().value(KEY) != text:
        qt.QSettings().setValue(KEY, text)


def recall(settings: TranslateSettings) -> None:
    """Fill in what QSettings knows; what is broken or from another version is left out."""
    try:
        plain = json.loads(qt.QSettings().value(KEY) or "{}")
    except (TypeError, ValueError):
        return
    for name in NAMES:
        if not isinstance(plain, dict) or name not in plain:
            continue
        kind = {"source": Source, "show": Show}.get(name)
        try:
            setattr(settings, name, kind[plain[name]] if kind else plain[name])
        except (KeyError, TypeError, ValueError):
            continue
