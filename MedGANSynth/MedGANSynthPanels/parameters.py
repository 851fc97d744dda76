"""What the user has chosen: kept in the scene, and what is not about its nodes in QSettings too."""

import enum
from typing import Annotated

from slicer import vtkMRMLDisplayableNode, vtkMRMLScalarVolumeNode
from slicer.i18n import tr as _
from slicer.parameterNodeWrapper import WithinRange, parameterNodeWrapper, parameterPack

from . import last_session
from .train_settings import TrainSettings


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


class Judged(enum.Enum):
    """What is evaluated."""

    VOLUME = "volume"
    PAIRS = "pairs"
    SETS = "sets"

    def label(self) -> str:
        """What the combo box says."""
        return {
            Judged.VOLUME: _("A volume against its reference"),
            Judged.PAIRS: _("A folder against references of the same names"),
            Judged.SETS: _("A folder against a folder, as sets"),
        }[self]


class Making(enum.Enum):
    """What is generated."""

    VOLUMES = "volumes"
    WALK = "walk"

    def label(self) -> str:
        """What the combo box says."""
        return {
            Making.VOLUMES: _("Volumes"),
            Making.WALK: _("A walk between two seeds"),
        }[self]


class Interpolation(enum.Enum):
    """How a walk goes."""

    SLERP = "slerp"
    LERP = "lerp"

    def label(self) -> str:
        """What the combo box says."""
        return {
            Interpolation.SLERP: _("Along the arc (slerp)"),
            Interpolation.LERP: _("Straight (lerp)"),
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


Seed = Annotated[int, WithinRange(0, 2**31 - 1)]


@parameterPack
class GenerateSettings:
    """As `TranslateSettings`, of the Generate panel."""

    model: str = ""
    device: str = "auto"
    making: Making = Making.VOLUMES
    count: Annotated[int, WithinRange(1, 100)] = 4
    seed: Seed = 0
    toSeed: Seed = 1
    steps: Annotated[int, WithinRange(2, 100)] = 9
    interpolation: Interpolation = Interpolation.SLERP
    temperature: Annotated[float, WithinRange(0.1, 2.0)] = 1.0


@parameterPack
class EvaluateSettings:
    """As `TranslateSettings`, of the Evaluate panel; `reportFolder` is new each time."""

    judged: Judged = Judged.VOLUME
    resultFolder: str = ""
    referenceFolder: str = ""
    maskFolder: str = ""
    trainingFolder: str = ""
    reportFolder: str = ""


@parameterNodeWrapper
class MedGANSynthParameterNode:
    """All parameters of the module.

    Attributes:
        settings: of the Translate panel, `generate` of the Generate panel, `evaluate` of the
            Evaluate panel, `train` of the Train panel.
        inputs: the volume that each modality is read from.
        volumes: what is translated one after the other.
        output: the volume to be replaced; None for a new one.
        restriction: segmentation or ROI outside which nothing synthetic is kept.
        frames: whether all frames of the input's sequence are translated.
        result: the volume to be evaluated, against `reference`, inside `mask`.
    """

    settings: TranslateSettings
    generate: GenerateSettings
    train: TrainSettings
    evaluate: EvaluateSettings
    inputs: dict[str, vtkMRMLScalarVolumeNode]
    volumes: list[vtkMRMLScalarVolumeNode]
    output: vtkMRMLScalarVolumeNode
    restriction: vtkMRMLDisplayableNode
    frames: bool = False
    result: vtkMRMLScalarVolumeNode
    reference: vtkMRMLScalarVolumeNode
    mask: vtkMRMLDisplayableNode


KEPT = {
    "settings": (TranslateSettings, "MedGANSynth/Translate"),
    "generate": (GenerateSettings, "MedGANSynth/Generate"),
    "train": (TrainSettings, "MedGANSynth/Train"),
    "evaluate": (EvaluateSettings, "MedGANSynth/Evaluate"),
}
"""Packs that a new scene takes over from the last one, with their keys in QSettings."""

_RECALLED = "recalled"
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
        for pack, (kind, key) in KEPT.items():
            last_session.read(key, kind, getattr(parameters, pack))
        node.SetParameter(_RECALLED, "1")
    return parameters


def remember(parameters: MedGANSynthParameterNode, pack: str) -> None:
    """Keep a pack for the next session and the next scene."""
    kind, key = KEPT[pack]
    last_session.write(key, kind, getattr(parameters, pack))
