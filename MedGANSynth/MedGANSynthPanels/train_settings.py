"""What the Train panel asks for, but for the nodes."""

import enum
from typing import Annotated

from slicer.i18n import tr as _
from slicer.parameterNodeWrapper import WithinRange, parameterPack


class TrainOn(enum.Enum):
    """Where the images come from."""

    FOLDERS = "folders"
    BIDS = "bids"
    LIST = "list"
    SCENE = "scene"
    PHANTOM = "phantom"

    def label(self) -> str:
        """What the combo box says."""
        return {
            TrainOn.FOLDERS: _("A folder for each kind of image"),
            TrainOn.BIDS: _("A BIDS folder"),
            TrainOn.LIST: _("A data list"),
            TrainOn.SCENE: _("Volumes and sequences of the scene"),
            TrainOn.PHANTOM: _("The built-in phantom, to try it out"),
        }[self]


@parameterPack
class TrainSettings:
    """As `TranslateSettings`.

    Attributes:
        folders: by modality.
        bidsFolder, listFile: the BIDS folder, and the data list.
        validation: share of the people that is kept for validation; a data list has its own.
        settings: overrides of the preset, as on the command line.
        parent, name: of the Run folder.
        keep: whether the trainer goes on when Slicer ends.
    """

    source: TrainOn = TrainOn.FOLDERS
    preset: str = "cyclegan-t1-t2-small"
    folders: dict[str, str]
    bidsFolder: str = ""
    listFile: str = ""
    validation: Annotated[float, WithinRange(0.0, 0.5)] = 0.15
    settings: str = ""
    device: str = "auto"
    parent: str = ""
    name: str = ""
    keep: bool = False
