"""The Generate panel: which model, how many, which seed, and what became of it."""

import random

import slicer
from slicer.i18n import tr as _

from . import generate_rows, timing
from . import parameters as stored
from .bound_panel import BoundPanel
from .devices import Devices
from .errors import PanelError
from .frame_slider import FrameSlider
from .generator_choice import WAY, GeneratorChoice
from .model_choice import fill
from .model_facts import look_again, tell_if_missing
from .nodes import LABELS
from .panel import allow, guarded
from .parameters import Making
from .running import Running
from .thumbnails import Thumbnails

SEEDS = 2**31


class PanelGenerate(BoundPanel):
    """Everything that is shown follows from the parameters; what the user does changes those."""

    def __init__(self, logic):
        BoundPanel.__init__(self, "PanelGenerate.ui")
        self.logic = logic
        self.started: tuple[str, str, str] = ("", "", "")
        self.making, self.asked = Making.VOLUMES, 1  # the choices may change during a run
        self.choice = GeneratorChoice(self.ui, self.on_model)
        self.devices = Devices(self.refresh)
        self.running = Running(self.ui, self.message, self.refresh, self.on_done)
        self.thumbnails = Thumbnails(self.ui.thumbnailList, self.on_thumbnail)
        self.frames = FrameSlider(self.ui, self.thumbnails.choose)
        self.ui.makingBox.connect("activated(int)", self.on_making)
        self.ui.deviceBox.connect("currentIndexChanged(int)", self.on_device)
        self.ui.seedDiceButton.connect("clicked(bool)", self.on_seed_dice)
        self.ui.toSeedDiceButton.connect("clicked(bool)", self.on_to_seed_dice)
        self.ui.generateButton.connect("clicked(bool)", self.on_generate)
        self.ui.cancelButton.connect("clicked(bool)", self.on_cancel)
        removed = slicer.vtkMRMLScene.NodeRemovedEvent
        self.addObserver(slicer.mrmlScene, removed, self.refresh_soon)
        self.refresh()

    def set_parameters(self, parameters) -> None:
        """Show these parameters; None while there are none."""
        BoundPanel.set_parameters(self, parameters)
        tell_if_missing(self, self._wanted)

    @property
    def _wanted(self) -> str:
        """The model that a scene, or the last session, used."""
        return self.parameters.generate.model if self.parameters is not None else ""

    def enter(self) -> None:
        """The module is shown: models may have come or gone."""
        look_again(self, self._wanted)

    def cleanup(self) -> None:
        """The module is being reloaded or Slicer ends."""
        self.on_cancel()
        self.devices.stop()
        self.choice.facts.close_card()
        self.frames.set(None)
        BoundPanel.cleanup(self)

    def refresh(self, _caller=None, _event=None) -> None:
        """Show what the parameters say."""
        if self.parameters is None:
            allow(self.ui.generateButton, "", _("No scene is open"))
            allow(self.ui.cancelButton, "", _("Nothing runs"))
            return
        chosen = self.parameters.generate
        self.choice.show(chosen.model, chosen.device)
        fill(self.ui.deviceBox, self.devices.choices(chosen.device), chosen.device)
        generate_rows.show_rows(self.ui, chosen.making)
        self.thumbnails.drop_removed()
        self.frames.drop_removed()
        self.ui.madeSection.visible = bool(self.thumbnails.shown)
        running = self.running.open
        busy = _("Something runs; cancel it first") if running else None
        missing = generate_rows.problem(chosen, self.choice.entry)
        allow(self.ui.generateButton, _("Make volumes of nobody"), busy or missing)
        cancel = _("Stop what runs; volumes that are there already stay")
        allow(self.ui.cancelButton, cancel, None if running else _("Nothing runs"))
        stored.remember(self.parameters, "generate")

    # What the user does

    def on_making(self) -> None:
        """The user chose what to make: what was said belongs to what was made before."""
        self.message.clear()

    def on_model(self, model: str) -> None:
        """A model was chosen."""
        if self.parameters is not None:
            self.message.clear()
            self.parameters.generate.model = model

    def on_device(self, index: int) -> None:
        """A device was chosen."""
        if self.parameters is not None and index >= 0:
            self.parameters.generate.device = self.ui.deviceBox.itemData(index)

    def on_seed_dice(self) -> None:
        """Another seed is wanted."""
        self.ui.seedBox.value = random.randrange(SEEDS)

    def on_to_seed_dice(self) -> None:
        """Another end of the walk is wanted."""
        self.ui.toSeedBox.value = random.randrange(SEEDS)

    def on_thumbnail(self, node, frame: int) -> None:
        """A picture was clicked."""
        from . import display  # with numpy, which takes its time

        if node is not self.frames.sequence:
            self.frames.set(node)
        display.show_alone(node)
        self.frames.go(frame)

    @guarded
    def on_generate(self) -> None:
        """Start what the parameters ask for."""
        entry, settings = self.choice.entry, self.parameters.generate
        self.message.clear()
        if not self.logic.ready(self.widget):
            raise PanelError(_("What is missing was not installed, so nothing can be generated."))
        self.started, self.making = (entry.name, WAY, settings.device), settings.making
        self.asked = settings.count if self.making == Making.VOLUMES else settings.steps
        self.thumbnails.clear()
        self.frames.set(None)
        try:
            self.running.begin(f"{entry.name} {entry.manifest.version}", self._start)
        except PanelError:
            self.enter()  # the model may have gone
            raise

    def _start(self, listener):
        def hear(event: dict) -> None:
            if event["event"] == "made":
                self.on_made(event["nodes"])
            listener(event)

        settings = self.parameters.generate
        common = {
            "temperature": settings.temperature,
            "device": settings.device,
            "wait": False,
            "listener": hear,
        }
        model, seed = self.choice.entry.name, settings.seed
        if settings.making == Making.VOLUMES:
            return self.logic.generate(model, settings.count, seed, **common)
        way = settings.interpolation.value
        return self.logic.interpolate(
            model, seed, settings.toSeed, settings.steps, interpolation=way, **common
        )

    @guarded
    def on_cancel(self) -> None:
        """Stop the run."""
        self.running.cancel()

    # What becomes of it

    def on_made(self, nodes: list) -> None:
        """Volumes have come: a picture of each, and the first one in the slice views."""
        is_first = not self.thumbnails.shown
        for node in nodes:
            if not node.IsA(LABELS):
                self.thumbnails.add(node, self._frames(node))
        if is_first:
            self.on_thumbnail(nodes[0], 0)
            self.thumbnails.choose(nodes[0], 0)
            self.refresh()

    def _frames(self, node) -> range:
        """The frames that get a picture each: of every step of a walk, or of a cine, the first."""
        if self.making == Making.VOLUMES:
            return range(1)
        count = node.GetNumberOfDataNodes()
        return range(0, count, max(1, count // self.asked))

    def on_done(self, event: dict) -> None:
        """A run has made what it should: note how long one volume took."""
        seconds, made = self.running.view.seconds(), self.thumbnails.shown
        if seconds is not None and made:
            node = made[0][0]
            volume = node.GetNthDataNode(0) if node.IsA("vtkMRMLSequenceNode") else node
            size = volume.GetImageData().GetDimensions()
            timing.remember(*self.started, seconds / self.asked, size)
