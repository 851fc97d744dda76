"""The Train panel's choices: where the images come from, which presets they will do for."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from slicer.i18n import tr as _

from MedGANSynthLib.data.datalist import read_datalist
from MedGANSynthLib.errors import MedGANSynthError

from .errors import PanelError
from .fitting import spoken
from .folder_rows import FolderRows
from .model_choice import fill
from .narrow import breakable
from .paths import is_file, is_folder, typed
from .presets import Preset, all_presets, with_settings
from .scene_people import ScenePeople
from .train_settings import TrainOn

_ROWS = {
    "bidsEdit": (TrainOn.BIDS,),
    "listEdit": (TrainOn.LIST,),
    "peopleTable": (TrainOn.SCENE,),
    "validationSlider": (TrainOn.FOLDERS, TrainOn.BIDS, TrainOn.SCENE),
}


class TrainForm:
    """Shows the settings and reads the data off them; `changed()` is called by the user's doings.

    Attributes:
        preset: the chosen one with the user's settings; None if there is something wrong with it.
        problem: what is wrong with it.
    """

    def __init__(self, ui, changed: Callable[[], None]) -> None:
        self.ui = ui
        self.preset: Preset | None = None
        self.problem: str | None = None
        self.folders = FolderRows(ui.dataSection.layout(), 1, changed)
        self.people = ScenePeople(ui.peopleTable, changed)
        self._list: tuple[object, set[str] | None] = (None, None)

    def show(self, settings) -> None:
        """Show the rows that the settings need, and the presets that will do."""
        ui, source = self.ui, settings.source
        try:
            self.preset, self.problem = with_settings(settings.preset, settings.settings), None
        except PanelError as error:
            self.preset, self.problem = None, str(error)
        needs = self.preset.needs if self.preset else None
        for name, sources in _ROWS.items():
            getattr(ui, name).visible = getattr(ui, f"{name}Label").visible = source in sources
        all_ = list(needs.all) if needs else []
        rows = all_ if source == TrainOn.FOLDERS else []
        self.folders.show(rows, needs.useful if needs else (), settings.folders)
        if source == TrainOn.SCENE:
            self.people.show(tuple(all_), needs.labels if needs else ())
        self._show_presets(settings)

    def _show_presets(self, settings) -> None:
        ui, there = self.ui, self.there(settings)
        if settings.source == TrainOn.SCENE and there:
            there = there | self.people.contrasts()
        is_trial = settings.source == TrainOn.PHANTOM
        every = all_presets()
        suited = [p for p in every if p.fits(there) and p.is_trial == is_trial]
        offered = every if ui.allPresetsBox.checked else suited
        hidden = len(every) - len(suited)
        ui.allPresetsBox.text = _("Show {count} more").format(count=hidden)
        names = [preset.name for preset in offered]
        if settings.preset not in names:
            names.append(settings.preset)
        fill(ui.presetBox, [(name, name) for name in names], settings.preset)
        about, wants = (self.problem, "")
        if self.preset is not None:
            about = self.preset.config.description
            count = self.preset.config.images
            wants = _("{needs}. Learns from {count} images.").format(
                needs=self.preset.wants(), count=f"{count:,}"
            )
        ui.aboutLabel.text, ui.needsLabel.text = breakable(about), breakable(wants)

    def there(self, settings) -> set[str] | None:
        """The modalities of the data; None: nobody knows yet."""
        if settings.source == TrainOn.FOLDERS:
            return set(settings.folders) or None
        if settings.source == TrainOn.SCENE:
            return self.people.there() or None
        if settings.source == TrainOn.LIST:
            return self._in_list(typed(settings.listFile) or Path())
        return None

    def missing(self, settings) -> str | None:
        """The first thing that is missing before the data can be looked at."""
        if self.problem:
            return self.problem
        there = self.there(settings)
        if settings.source == TrainOn.FOLDERS and not there:
            return _("Choose the folders that hold the images")
        if settings.source == TrainOn.BIDS and not is_folder(settings.bidsFolder):
            return _("Choose a folder whose images are named as in BIDS: sub-01_T1w.nii.gz")
        if settings.source == TrainOn.LIST and not is_file(settings.listFile):
            return _("Choose a data list (a JSON file)")
        if settings.source == TrainOn.SCENE and not there:
            return _("Say which volumes of the scene show what")
        if not self.preset.fits(there):
            lacking = [m for m in self.preset.needs.modalities if m not in there]
            text = _("The preset needs {names} too; add them, or choose another preset")
            return text.format(names=", ".join(spoken(name) for name in lacking))
        return None

    def data(self, settings) -> Any:
        """What `logic.check_training` takes as `data`.

        Raises:
            PanelError: the table of the scene says nothing useful.
        """
        if settings.source == TrainOn.PHANTOM:
            return None
        if settings.source == TrainOn.BIDS:
            return settings.bidsFolder
        if settings.source == TrainOn.LIST:
            return settings.listFile
        if settings.source == TrainOn.FOLDERS:
            return {
                m: settings.folders[m] for m in self.preset.needs.all if settings.folders.get(m)
            }
        return self.people.cases()

    def _in_list(self, path: Path) -> set[str] | None:
        """Read once for each state of the file; the check says what is wrong with it."""
        try:
            key = (path, path.stat().st_mtime_ns)
            if self._list[0] != key:
                listed = read_datalist(path)
                self._list = (key, {m for case in listed.training for m in case.images})
        except OSError:
            return None
        except MedGANSynthError:
            self._list = (key, None)
        return self._list[1]
