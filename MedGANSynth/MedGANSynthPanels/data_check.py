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
from .nifti_out import cannot_write
from .paths import is_folder, needed, typed_preset
from .run import Listener, Run
from .scene_export import export_people

DATA, LIST, NOTE = "data", "datalist.json", "READ_ME.txt"
_SAID = """Written by MedGANSynth for a training: its data list, and what it takes from the scene.
Delete this folder when the training is not wanted any more.
"""


class DataCheck(Run):
    """Use it once; see `Run`. Its Tasks are `datalist`, where needed, and `data check`.

    Attributes:
        result: what `data check` says, and `data`: the list's path as text, or None.
    """

    result: dict[str, Any] | None = None
    _wrote: Path | None = None

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
        is_path = isinstance(data, (str, Path))
        is_bids = is_path and is_folder(data)
        if data is None or (is_path and not is_bids):
            self._fields["data"] = None if data is None else str(needed(data))
            self._begin(listener, self._submit_check)
            return
        if out.is_dir() and not _is_ours_alone(out) and any(out.iterdir()):
            text = _("{folder} holds files already; choose another name.")
            raise PanelError(text.format(folder=out))
        self._wrote = out / DATA
        self._fields["data"] = str(self._wrote / LIST)
        found = {"out": self._fields["data"], "validation": validation, "overwrite": True}
        try:
            self._remove_written()
            self._write_note()
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
        text = _("The training can start")
        if stops:
            text = _("The training cannot start like this; to be mended first: {count}")
        self._end(text=text.format(count=stops), bad=stops > 0)

    def discard(self) -> None:
        """Remove what was written for a training that has not begun."""
        if self._wrote is not None and _is_ours_alone(self._wrote.parent):
            self._remove_written()

    def _fail(self, event: dict[str, Any]) -> None:
        self._remove_written()
        Run._fail(self, event)

    def _write_note(self) -> None:
        try:
            self._wrote.mkdir(parents=True, exist_ok=True)
            (self._wrote / NOTE).write_text(_SAID, encoding="utf-8")
        except OSError as error:
            raise cannot_write(self._wrote, error) from None

    def _remove_written(self) -> None:
        """Images of people shall not lie about."""
        if self._wrote is not None:
            shutil.rmtree(self._wrote, ignore_errors=True)
            with contextlib.suppress(OSError):  # not there, or not empty
                self._wrote.parent.rmdir()


def _is_ours_alone(out: Path) -> bool:
    """Whether a folder holds nothing but what a check has written, now or before a restart."""
    with contextlib.suppress(OSError):
        return [path.name for path in out.iterdir()] == [DATA] and (out / DATA / NOTE).is_file()
    return False
