"""One generation: the library's Task, and its files on their way into the scene."""

from pathlib import Path
from typing import Any

from slicer.i18n import tr as _

from . import consent
from .asked import generator_of, named
from .fitting import spoken
from .generated import Drawn, Walked
from .nodes import LABELS
from .run import Listener, Run
from .volumes_in import is_in_scene


class Generation(Run):
    """Generates volumes of nobody, or a walk between two of them; see `Run`.

    Volumes enter the scene as they come, with an event `made` (`nodes`), and stay there whatever
    happens next; a walk does so in the end.

    Attributes:
        results: the volumes so far; of a walk the sequence.
    """

    def start(
        self,
        model: str,
        count: int = 1,
        seed: int = 0,
        to_seed: int | None = None,
        interpolation: str = "slerp",
        temperature: float = 1.0,
        device: str = "auto",
        listener: Listener | None = None,
    ) -> None:
        """Check the model, and hand in the Task.

        Args:
            model: catalogue name or package folder.
            count: how many volumes, or steps of the walk.
            seed: together with the model and a volume's number it says which volume that is.
            to_seed: where a walk ends; None: no walk.
            interpolation: of a walk, "slerp" or "lerp".
            temperature: below 1: more average and less varied.
            device: "auto", "cpu", "cuda", ...

        Raises:
            PanelError: there is no such generator; nothing has begun.
        """
        self._check_new()
        manifest = generator_of(model)
        kind = spoken(manifest.generation.output.modality)
        if to_seed is None:
            self._case = Drawn(f"{manifest.name} {seed}", kind)
        else:
            self._case = Walked(f"{manifest.name} {seed} to {to_seed}", kind)
        self._count = count
        self._taken: set[Path] = set()
        self._making: Path | None = None
        fields = {
            "model": named(model),
            "count": count,
            "seed": seed,
            "to_seed": to_seed,
            "interpolation": interpolation,
            "temperature": temperature,
            "device": device,
            "cpu_fallback": consent.agreed(),
        }
        self._begin(listener, lambda: self._submit(fields))

    def _submit(self, fields: dict[str, Any]) -> None:
        self._out = self._temporary.path / "out"
        self._job = self._worker.submit("generate", {**fields, "out": str(self._out)}, self._heard)

    def _hear(self, event: dict[str, Any]) -> None:
        """Progress names the file that is made next, so that the one before is there."""
        if event["event"] == "progress":
            if self._making is not None and self._making.is_file():
                self._take_file(self._making)
            self._making = self._out / event["text"]
        self._tell(event)

    def _take(self, event: dict[str, Any]) -> None:
        for row in event["result"]["rows"]:
            if Path(row["file"]) not in self._taken:
                self._take_file(Path(row["file"]))
        self._made(self._case.finish())
        self._tidy()
        self._end(**self._summary())

    def _take_file(self, path: Path) -> None:
        self._taken.add(path)
        self._made(self._case.take(path))

    def _made(self, nodes: list) -> None:
        self.results += nodes
        if nodes:
            self._tell({"event": "made", "nodes": nodes})

    def _summary(self) -> dict[str, str]:
        count = self._images()
        if len(self.results) == 1:
            return {}
        if len(self.results) > count:
            text = _("{count} volumes are generated, each with a label map")
            return {"text": text.format(count=count)}
        return {"text": _("{count} volumes are generated").format(count=count)}

    def _images(self) -> int:
        """How many of the results are no label maps."""
        return sum(not node.IsA(LABELS) for node in self.results)

    def _fail(self, event: dict[str, Any]) -> None:
        self.results = [node for node in self.results if is_in_scene(node)]
        made = self._images()
        if event.get("cancelled") and self.results:
            text = _("Cancelled; {made} of {count} volumes were generated and stay.")
            if made == 1:
                text = _("Cancelled; {made} of {count} volumes was generated and stays.")
            text = text.format(made=made, count=self._count)
            event = {**event, "text": text}
        elif self.results and not self.closed:
            text = _("{reason} What was generated before stays: {made} of {count} volumes.")
            text = text.format(reason=event["text"], made=made, count=self._count)
            event = {**event, "text": text}
        Run._fail(self, event)
