"""From folders, a data list or nodes of the scene to a data list that has been looked at."""

import contextlib
import shutil
from pathlib import Path
from typing import Any

from slicer.i18n import tr as _

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.training.config import load_config
from MedGANSynthLib.training.needs import needs_of

from .errors import PanelError
from .paths import is_folder, needed, typed_preset
from .run import Listener, Run
from .scene_export import export_people
from .training_run import REQUEST

DATA, LIST = "data", "datalist.json"
_ours: set[Path] = set()
"""Data folders that were written in this session: they may be written anew."""


class DataCheck(Run):
    """Use it once; see `Run`. Its Tasks are `datalist`, where needed, and `data check`.

    Attributes:
        result: what `data check` says, and `data`: the list's path as text, or None.
    """

    result: dict[str, Any] | None = None

    def start(
        self,
        preset: str,
        data: Any,
        out: Path | str,
        settings: tuple[str, ...] = (),
        device: str = "auto",
        validation: float = 0.15,
        listener: Listener | None = None,
    ) -> None:
        """Begin.

        Args:
            data: None for the built-in phantom; the path of a data list or of a BIDS folder;
                folders by modality; or a list of cases, dictionaries with "subject" and nodes by
                modality.
            out: the Run folder; what has to be written goes into its folder `data`.
            settings: overrides of the preset, "key=value".
            validation: share of the people that is kept for validation.

        Raises:
            PanelError: it cannot be done; nothing has begun.
        """
        self._check_new()
        preset, out = typed_preset(preset), needed(out)
        try:
            needs = needs_of(load_config(preset, settings).data)
        except MedGANSynthError as error:
            raise PanelError(str(error)) from None
        self._fields = {"preset": preset, "out": str(out), "set": settings, "device": device}
        self._wrote: Path | None = None
        is_path = isinstance(data, (str, Path))
        is_bids = is_path and is_folder(data)
        if data is None or (is_path and not is_bids):
            self._fields["data"] = None if data is None else str(needed(data))
            self._begin(listener, self._submit_check)
            return
        is_ours = out / DATA in _ours and not (out / REQUEST).exists()
        if out.is_dir() and not is_ours and any(out.iterdir()):
            text = _("{folder} holds files already; choose another name.")
            raise PanelError(text.format(folder=out))
        self._wrote = out / DATA
        _ours.add(self._wrote)
        self._fields["data"] = str(self._wrote / LIST)
        found = {"out": self._fields["data"], "validation": validation, "overwrite": True}
        try:
            self._remove_written()
            if is_bids:
                found["bids"] = str(needed(data))
            elif isinstance(data, dict):
                found["folder"] = [f"{name}={needed(place)}" for name, place in data.items()]
            else:
                found["csv"] = str(export_people(data, self._wrote, needs.cine))
            self._begin(listener, lambda: self._submit("datalist", found))
        except PanelError:
            self._remove_written()
            raise

    def _submit(self, task: str, fields: dict[str, Any]) -> None:
        self._task = task
        self._job = self._worker.submit(task, fields, self._heard)

    def _submit_check(self) -> None:
        self._submit("data check", self._fields)

    def _take(self, event: dict[str, Any]) -> None:
        if self._task == "datalist":
            self._submit_check()
            return
        self.result = {**event["result"], "data": self._fields["data"]}
        self._tidy()
        stops = self.result["failed"]
        text = _("The training cannot start like this") if stops else _("The training can start")
        self._end(text=text)

    def _fail(self, event: dict[str, Any]) -> None:
        self._remove_written()
        Run._fail(self, event)

    def _remove_written(self) -> None:
        """Images of people shall not lie about."""
        if self._wrote is not None:
            shutil.rmtree(self._wrote, ignore_errors=True)
            with contextlib.suppress(OSError):  # not there, or not empty
                self._wrote.parent.rmdir()
