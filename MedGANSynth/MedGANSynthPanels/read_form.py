"""Which study is read, by whom: asked before a session begins."""

from collections.abc import Callable
from pathlib import Path

from slicer.i18n import tr as _

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.turing.clearance import require_clearance
from MedGANSynthLib.turing.reading import Reading, progress, read_answers
from MedGANSynthLib.turing.study import Study, read_study

from .panel_words import in_the_panel
from .paths import typed

ABOUT = ("experience", "monitor", "light", "conflicts")


class ReadForm:
    """The fields before a reading; `changed()` is called when another choice was made."""

    def __init__(self, ui, changed: Callable[[], None]) -> None:
        self.ui = ui
        self.changed = changed
        self.study: Study | None = None
        self.sha256 = ""
        self.complaint: str | None = None
        self.spoiled: str | None = None
        self.answered = 0
        self.described: tuple[str, str] | None = None
        ui.studyEdit.connect("currentPathChanged(QString)", self._look)
        ui.readerBox.connect("currentIndexChanged(int)", self._count)
        ui.consentBox.connect("toggled(bool)", lambda _on: changed())

    @property
    def folder(self) -> Path:
        """The chosen study."""
        return typed(self.ui.studyEdit.currentPath) or Path()

    @property
    def reader(self) -> str:
        """Who reads; empty before a study is chosen."""
        return self.ui.readerBox.currentText

    def look_again(self) -> None:
        """Answers, or a clearance, may have been added."""
        self._look()

    def problem(self) -> str | None:
        """Why the reading cannot begin."""
        if self.complaint or self.study is None:
            return self.complaint or _("Choose a study folder")
        if self.spoiled:
            return self.spoiled
        if self.answered >= len(self.study.orders[self.reader]):
            return _("{reader} has answered all cases").format(reader=self.reader)
        if not self.answered and not self.ui.consentBox.checked:
            return _("Agree to the recording of your answers")
        return None

    def button_text(self) -> str:
        """What the start button says."""
        if self.study is None or not self.answered:
            return _("Start reading")
        if self.answered >= len(self.study.orders[self.reader]):
            return _("All cases are answered")
        return _("Continue at case {number}").format(number=self.answered + 1)

    def open(self) -> Reading:
        """Begin, or go on.

        Raises:
            MedGANSynthError: as `Reading`.
        """
        about = {name: getattr(self.ui, f"{name}Edit").text for name in ABOUT}
        about = {name: text for name, text in about.items() if text}
        self.ui.studyEdit.addCurrentPathToHistory()
        # Whoever goes on without the tick gave it before the first answer.
        agreed = {"consent": True} if self.ui.consentBox.checked else {}
        return Reading(self.folder, self.reader, about | agreed)

    def _look(self, _path: str = "") -> None:
        self.study, self.complaint = None, None
        if self.ui.studyEdit.currentPath:
            try:
                self.study, self.sha256 = read_study(self.folder)
                require_clearance(self.folder, self.sha256)
            except MedGANSynthError as error:
                self.complaint = in_the_panel(str(error))
        names = list(self.study.orders) if self.study is not None else []
        box, chosen = self.ui.readerBox, self.reader
        was_blocked = box.blockSignals(True)
        box.clear()
        box.addItems(names)
        box.setCurrentIndex(max(0, names.index(chosen)) if chosen in names else 0)
        box.blockSignals(was_blocked)
        self._count()

    def _count(self, _index: int = 0) -> None:
        """How far the chosen reader is; the others' files stay closed."""
        if self.reader:
            self._describe((str(self.folder), self.reader))
        self.answered, self.spoiled = 0, None
        if self.study is not None:
            try:
                self.answered = len(progress(read_answers(self.folder, self.reader, self.sha256)))
            except MedGANSynthError as error:
                self.spoiled = in_the_panel(str(error))
        self.changed()

    def _describe(self, person: tuple[str, str]) -> None:
        """What one reader said about themselves, and agreed to, is not another's."""
        if self.described not in (None, person):
            for name in ABOUT:
                getattr(self.ui, f"{name}Edit").clear()
            self.ui.consentBox.setChecked(False)
        self.described = person
