"""The Translate panel: what goes in, which model, what becomes of the result."""

import slicer
from slicer.i18n import tr as _

from . import parameters as stored
from . import readiness, timing
from .bound_panel import BoundPanel
from .contrast import contrast_of, mismatch
from .devices import Devices
from .errors import PanelError
from .export_row import ExportRow
from .fitting import takes
from .input_rows import InputRows
from .message import MessageLine
from .model_choice import ModelChoice, fill
from .model_facts import look_again, tell_if_missing
from .panel import allow, guarded
from .parameters import Source
from .result_view import ResultView
from .running import Running
from .translate_rows import show_rows
from .volume_list import VolumeList, matching
from .watching import Watching


class PanelTranslate(BoundPanel):
    """Everything that is shown follows from the parameters; what the user does changes those."""

    def __init__(self, logic):
        BoundPanel.__init__(self, "PanelTranslate.ui")
        self.logic = logic
        self.started: tuple[str, str, str] = ("", "", "")
        self.original = None
        self.result = ResultView()
        self.rows = InputRows(self.ui.inputSection.layout(), 1, self.on_inputs)
        self.several = VolumeList(self.ui, self.on_several, self.fits)
        self.choice = ModelChoice(self.ui, self.on_model)
        self.devices = Devices(self.refresh)
        self.running = Running(self.ui, self.message, self.refresh, self.on_done)
        self.export = ExportRow(self.ui, logic, self.running, self.refresh)
        self.hint = MessageLine(self.ui.hint)
        self.watching = Watching(self.refresh_soon)
        self.ui.sourceBox.connect("activated(int)", self.on_source)
        self.ui.deviceBox.connect("currentIndexChanged(int)", self.on_device)
        self.ui.allModelsBox.connect("toggled(bool)", self.refresh)
        self.ui.inputFolderEdit.connect("currentPathChanged(QString)", self.on_input_folder)
        self.ui.outputFolderEdit.connect("currentPathChanged(QString)", self.on_output_folder)
        self.ui.translateButton.connect("clicked(bool)", self.on_translate)
        self.ui.cancelButton.connect("clicked(bool)", self.on_cancel)
        self.ui.exportButton.connect("clicked(bool)", self.on_export)
        for event in (slicer.vtkMRMLScene.NodeAddedEvent, slicer.vtkMRMLScene.NodeRemovedEvent):
            self.addObserver(slicer.mrmlScene, event, self.refresh_soon)
        self.refresh()

    def set_parameters(self, parameters) -> None:
        """Show these parameters; None while there are none."""
        BoundPanel.set_parameters(self, parameters)
        tell_if_missing(self, self._wanted)

    @property
    def _wanted(self) -> str:
        """The model that a scene, or the last session, used."""
        return self.parameters.settings.model if self.parameters is not None else ""

    def enter(self) -> None:
        """The module is shown: models may have come or gone."""
        look_again(self, self._wanted)

    def cleanup(self) -> None:
        """The module is being reloaded or Slicer ends."""
        self.on_cancel()
        self.devices.stop()
        self.watching.set([])
        self.choice.facts.close_card()
        BoundPanel.cleanup(self)

    # What is shown

    def refresh(self, _caller=None, _event=None) -> None:
        """Show what the parameters say."""
        if self.parameters is None:
            allow(self.ui.translateButton, "", _("No scene is open"))
            allow(self.ui.cancelButton, "", _("Nothing runs"))
            allow(self.ui.exportButton, "", _("No scene is open"))
            self.watching.set([])
            return
        chosen = self.parameters.settings
        self.watching.set([*self.nodes(), self.parameters.output])
        contrast = self.contrast()
        way = self.choice.find(chosen.model, chosen.direction)
        if way is None:
            way = self.choice.best(chosen.model, chosen.direction, contrast)
        self.choice.show(way, contrast, chosen.device, chosen.uncertainty)
        fill(self.ui.deviceBox, self.devices.choices(chosen.device), chosen.device)
        one = chosen.source == Source.VOLUME
        self.rows.show(way.inputs if way and one else [], self.parameters.inputs)
        if chosen.source == Source.SEVERAL:
            self.several.show(self.parameters.volumes)
        self._show_hint()
        self._show_folders()
        is_sequence = self.logic.sequence_of(self.first_input()) is not None
        show_rows(self.ui, chosen.source, chosen.show, is_sequence)
        self._show_buttons()
        self.result.update(chosen.show, chosen.fade)
        stored.remember(self.parameters, "settings")

    def _show_hint(self) -> None:
        """Say so when a chosen volume does not look like what the model takes."""
        if text := mismatch(self.rows.nodes()):
            self.hint.warn(text)
        else:
            self.hint.clear()

    def _show_folders(self) -> None:
        chosen = self.parameters.settings
        for edit, path in (
            (self.ui.inputFolderEdit, chosen.inputFolder),
            (self.ui.outputFolderEdit, chosen.outputFolder),
        ):
            if edit.currentPath != path:
                edit.currentPath = path

    def _show_buttons(self) -> None:
        running = self.running.open
        into_sequence = self.all_frames(self.first_input())
        missing = readiness.problem(self.parameters, self.choice.way, into_sequence)
        busy = _("Something runs; cancel it first") if running else None
        allow(self.ui.translateButton, _("Make the synthetic volume"), busy or missing)
        cancel = _("Stop what runs; the scene stays as it is")
        allow(self.ui.cancelButton, cancel, None if running else _("Nothing runs"))
        export = _("Write the volume as a DICOM series, each file of it marked synthetic")
        allow(self.ui.exportButton, export, busy or self.export.problem())
        output = _("A new volume, or a synthetic one to be replaced")
        new = _("All frames of a sequence become a new sequence") if into_sequence else None
        allow(self.ui.outputSelector, output, new)

    def contrast(self) -> str | None:
        """What the chosen volume's name says that it is."""
        nodes = self.nodes()
        return contrast_of(nodes[0]) if nodes else None

    def nodes(self) -> list:
        """The chosen volumes of the scene."""
        chosen = self.parameters
        if chosen.settings.source == Source.VOLUME:
            nodes = list(chosen.inputs.values())
        else:
            nodes = chosen.volumes if chosen.settings.source == Source.SEVERAL else []
        return [node for node in nodes if node is not None]

    def fits(self, node) -> bool:
        """Whether the chosen direction takes such a volume."""
        return self.choice.way is None or takes(self.choice.way, contrast_of(node))

    def first_input(self):
        """The volume in the first row."""
        if self.parameters.settings.source != Source.VOLUME:
            return None
        return next(iter(self.rows.nodes().values()), None)

    def all_frames(self, volume) -> bool:
        """Whether all frames are translated of the sequence that a volume shows."""
        return self.parameters.frames and self.logic.sequence_of(volume) is not None

    # What the user does

    def on_inputs(self) -> None:
        """A volume was chosen; a model or direction made for it is taken, if there is one."""
        if self.parameters is None:
            return
        self.message.clear()
        chosen = self.parameters
        nodes = self.rows.nodes()
        way = self.choice.way
        contrast = contrast_of(next(iter(nodes.values()))) if nodes else None
        better = self.choice.best(way.entry.name, way.name, contrast)
        if better != way and len(way.inputs) == len(better.inputs) == 1:
            nodes = dict(zip(better.inputs, nodes.values(), strict=False))
            way = better
        with slicer.util.NodeModify(chosen.parameterNode):
            chosen.settings.model, chosen.settings.direction = way.entry.name, way.name
            chosen.inputs = nodes

    def on_source(self) -> None:
        """The user chose another: what was said belongs to what was translated before."""
        self.message.clear()

    def on_model(self, model: str, direction: str) -> None:
        """A model or direction was chosen; a single volume moves to the new input."""
        if self.parameters is None:
            return
        self.message.clear()
        chosen = self.parameters
        nodes = dict(chosen.inputs)
        way = self.choice.find(model, direction)
        if len(way.inputs) == 1 and way.inputs[0] not in nodes and nodes:
            nodes = {way.inputs[0]: next(iter(nodes.values()))}
        if len(way.inputs) > 1:
            nodes = matching(way.inputs, nodes)
        with slicer.util.NodeModify(chosen.parameterNode):
            chosen.settings.model, chosen.settings.direction = model, direction
            chosen.inputs = nodes

    def on_several(self) -> None:
        """Volumes were checked."""
        if self.parameters is not None:
            self.parameters.volumes = self.several.nodes()

    def on_device(self, index: int) -> None:
        """A device was chosen."""
        if self.parameters is not None and index >= 0:
            self.parameters.settings.device = self.ui.deviceBox.itemData(index)

    def on_input_folder(self, path: str) -> None:
        """The folder with the volumes was chosen."""
        if self.parameters is not None:
            self.parameters.settings.inputFolder = path

    def on_output_folder(self, path: str) -> None:
        """The folder for the results was chosen."""
        if self.parameters is not None:
            self.parameters.settings.outputFolder = path

    @guarded
    def on_translate(self) -> None:
        """Start what the parameters ask for."""
        way = self.choice.way
        self.message.clear()
        if not self.logic.ready(self.widget):
            raise PanelError(_("What is missing was not installed, so nothing can be translated."))
        settings = self.parameters.settings
        kind = timing.kind(way.name, settings.uncertainty)
        self.started = (way.entry.name, kind, settings.device)
        self.original = self.first_input()
        title = f"{way.entry.name} {way.entry.manifest.version}, {way.label}"
        try:
            self.running.begin(title, lambda listener: self._start(way, listener))
        except PanelError:
            self.enter()  # the model may have gone
            raise

    def _start(self, way, listener):
        chosen, settings = self.parameters, self.parameters.settings
        common = {
            "model": way.entry.name,
            "direction": way.name,
            "device": settings.device,
            "uncertainty": settings.uncertainty,
            "wait": False,
            "listener": listener,
        }
        if settings.source == Source.FOLDER:
            folders = (settings.inputFolder, settings.outputFolder)
            return self.logic.translate_folder(*folders, **common)
        common["restriction"] = chosen.restriction
        if settings.source == Source.SEVERAL:
            return self.logic.translate_several(self.several.nodes(), **common)
        inputs = self.rows.nodes()
        if self.all_frames(self.original):
            inputs = {m: self.logic.sequence_of(node) or node for m, node in inputs.items()}
            return self.logic.translate(inputs, **common)
        return self.logic.translate(inputs, output=chosen.output, **common)

    @guarded
    def on_cancel(self) -> None:
        """Stop the run."""
        self.running.cancel()

    @guarded
    def on_export(self) -> None:
        """Write a synthetic volume as DICOM files."""
        self.message.clear()
        self.export.ask_and_start(self.widget)

    def on_done(self, event: dict) -> None:
        """A run has made what it should: show it, and note how long one volume took."""
        nodes, seconds = event["nodes"], self.running.view.seconds()
        if self.original is not None and nodes:
            self.result.set(self.original, nodes[0])
        self.export.offer(nodes)
        one = self.original is not None and nodes and nodes[0].IsA("vtkMRMLVolumeNode")
        if seconds is not None and one:
            timing.remember(*self.started, seconds, nodes[0].GetImageData().GetDimensions())
