"""The steps to a study: where the cases come from, how they are shown, how many, and where to."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from slicer.i18n import tr as _

from .folders import same, writing_problem
from .paths import holds, is_file, typed
from .scene_cases import SceneCases

DISPLAYS = ("volume", "slice", "cine", "pair")
PLANES = ("axial", "coronal", "sagittal")
_TABLE, _FOLDERS, _BIDS, _SCENE = range(4)
_ROWS = {
    _TABLE: ("tableEdit",),
    _FOLDERS: ("realEdit", "syntheticEdit"),
    _BIDS: ("bidsEdit",),
    _SCENE: ("nodesTable",),
}


class PrepareForm:
    """The wizard's fields; `changed()` is called when anything was changed."""

    def __init__(self, ui, changed: Callable[[], None]) -> None:
        self.ui = ui
        self.changed = changed
        self.nodes = SceneCases(ui.nodesTable, self._scene_changed)
        ui.nextButton.connect("clicked()", lambda: self.go(1))
        ui.backButton.connect("clicked()", lambda: self.go(-1))
        for name in ("sourceBox", "displayBox"):
            getattr(ui, name).connect("currentIndexChanged(int)", lambda _index: self.refresh())
        for name in ("tableEdit", "realEdit", "syntheticEdit", "bidsEdit", "outEdit", "keyEdit"):
            getattr(ui, name).connect("currentPathChanged(QString)", lambda _path: changed())
        ui.overrideEdit.connect("textChanged(QString)", lambda _text: changed())
        ui.prepareSection.connect("contentsCollapsed(bool)", lambda _closed: self.refresh())

    def go(self, steps: int) -> None:
        """Another step of the wizard."""
        titles = (_("Cases"), _("Design"), _("Size"), _("Writing"))
        step = min(max(0, self.ui.steps.currentIndex + steps), len(titles) - 1)
        self.ui.steps.setCurrentIndex(step)
        text = _("Step {number} of {all}: {title}")
        self.ui.stepLabel.text = text.format(number=step + 1, all=len(titles), title=titles[step])
        self.ui.backButton.setEnabled(step > 0)
        self.ui.nextButton.setEnabled(step < len(titles) - 1)
        self.refresh()

    def refresh(self) -> None:
        """Show the rows that the choices need."""
        source = self.ui.sourceBox.currentIndex
        for kind, names in _ROWS.items():
            for name in names:
                getattr(self.ui, name).setVisible(kind == source)
                getattr(self.ui, f"{name}Label").setVisible(kind == source)
        if self._lists_scene():
            self.nodes.show()
        display = self.display
        self.ui.planeBox.setEnabled(display != "volume")
        self.ui.catchSpin.setEnabled(display != "pair")
        self.changed()

    def _lists_scene(self) -> bool:
        return self.ui.sourceBox.currentIndex == _SCENE and not self.ui.prepareSection.collapsed

    def _scene_changed(self) -> None:
        if self._lists_scene():
            self.refresh()

    @property
    def display(self) -> str:
        """How cases are to be shown."""
        return DISPLAYS[self.ui.displayBox.currentIndex]

    @property
    def out(self) -> Path:
        """The study folder."""
        return typed(self.ui.outEdit.currentPath) or Path()

    @property
    def key(self) -> Path:
        """The key's file, which lies beside the study folder where none was chosen."""
        beside = self.out.parent / f"{self.out.name}-key.json"
        return typed(self.ui.keyEdit.currentPath) or beside

    @property
    def preview(self) -> Path:
        """The picture of some prepared cases, for the owner only."""
        return self.key.parent / f"{self.key.stem}-preview.png"

    def problem(self) -> str | None:
        """Why nothing can be prepared yet."""
        source = self.ui.sourceBox.currentIndex
        if source == _SCENE:
            if min(self.nodes.counts()) == 0:
                return _("Say which volumes of the scene are real and which are synthetic")
        elif not all(getattr(self.ui, name).currentPath for name in _ROWS[source]):
            return _("Choose where the cases come from (step 1)")
        elif source == _FOLDERS and same(
            self.ui.realEdit.currentPath, self.ui.syntheticEdit.currentPath
        ):
            return _("The real and the synthetic cases lie in the same folder; choose two")
        if typed(self.ui.outEdit.currentPath) is None:
            return _("Choose a folder for the study")
        if os.path.lexists(self.out):
            return _("The study folder exists already; choose a new one")
        return writing_problem(self.out) or writing_problem(self.key.parent)

    def audit_problem(self) -> str | None:
        """Why nothing can be audited yet."""
        if not holds(self.ui.outEdit.currentPath, "study.json"):
            return _("Choose the folder of a prepared study")
        return None if is_file(self.key) else _("Choose the study's key")

    def fields(self, temporary: Path) -> dict[str, Any]:
        """The fields of the Task `study prepare`.

        Args:
            temporary: where volumes of the scene are written.

        Raises:
            PanelError: one of them cannot be.
        """
        ui, source = self.ui, self.ui.sourceBox.currentIndex
        fields: dict[str, Any] = {
            _TABLE: lambda: {"cases": typed(ui.tableEdit.currentPath)},
            _FOLDERS: lambda: {
                "real": typed(ui.realEdit.currentPath),
                "synthetic": typed(ui.syntheticEdit.currentPath),
            },
            _BIDS: lambda: {"bids": typed(ui.bidsEdit.currentPath)},
            _SCENE: lambda: {"cases": str(self.nodes.write(temporary))},
        }[source]()
        return fields | {
            "training": typed(ui.trainingEdit.currentPath),
            "out": str(self.out),
            "key": str(self.key),
            "name": ui.nameEdit.text,
            "readers": ui.readersSpin.value,
            "display": self.display,
            "plane": PLANES[ui.planeBox.currentIndex],
            "exposure": ui.exposureSpin.value or None,
            "clue": ui.clueEdit.text,
            "prevalence": ("half", "drawn")[ui.prevalenceBox.currentIndex],
            "repeats": None if ui.repeatsSpin.value < 0 else ui.repeatsSpin.value / 100,
            "practice": ui.practiceSpin.value,
            "catch": ui.catchSpin.value if self.display != "pair" else 0,
            "endpoint": ("auc", "accuracy")[ui.endpointBox.currentIndex],
            "margin": ui.marginSpin.value,
            "selection": ui.selectionEdit.text,
            "exclusions": ui.exclusionsEdit.text,
        }

    def size_fields(self) -> dict[str, Any]:
        """The fields of the Task `study sizes`."""
        planned = self.ui.plannedSpin.value
        return {
            "cases": [max(8, planned // 2), planned, 2 * planned],
            "readers": sorted({1, self.ui.readersSpin.value}),
            "accuracy": self.ui.accuracySpin.value,
            "margin": self.ui.marginSpin.value,
        }
