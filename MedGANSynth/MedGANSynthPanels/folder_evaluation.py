"""Folders of results against folders of references: files to files, and the tables as nodes."""

from pathlib import Path
from typing import Any

from slicer.i18n import tr as _

from . import evaluated
from .errors import PanelError
from .run import Listener, Run
from .tables import columns_of, new_table, read_rows

TABLES = ("cases", "tissues", "figures", "gate")


class FolderEvaluation(Run):
    """Measures a set of volume files; see `Run`.

    Attributes:
        rows: what the report begins with, one dictionary for each method or set.
        report: the page with pictures and plots.
        histogram, differences: plot chart nodes; None of sets.
        results: table nodes and those plots; empty unless `state` is DONE.
    """

    def __init__(self, worker: Any = None) -> None:
        Run.__init__(self, worker)
        self.rows: list[dict[str, Any]] = []
        self.reference = self.error_map = self.histogram = self.differences = None

    def start(
        self,
        results: str | Path,
        references: str | Path,
        out: str | Path,
        masks: str | Path | None = None,
        training: str | Path | None = None,
        sets: bool = False,
        listener: Listener | None = None,
    ) -> None:
        """Hand in the Task.

        Args:
            results: folder of the volumes to be judged.
            references: folder of real volumes; files of the same name belong together, unless
                whole sets are compared.
            out: a new folder for the report and its tables.
            masks: folder of masks by the same names (pairs only).
            training: folder of what a generator was trained on, to find copies (sets only).
            sets: compare them as sets, not one by one.

        Raises:
            PanelError: there is no such folder, or `out` exists.
        """
        self._check_new()
        for folder in (results, references, masks, training):
            if folder and not Path(folder).is_dir():
                raise PanelError(_("{folder} is not a folder.").format(folder=folder))
        if Path(out).exists():
            raise PanelError(_("{folder} exists already; choose a new one.").format(folder=out))
        self._out, self.report = Path(out), Path(out) / "report.html"
        names = ("synthetic", "real", "training") if sets else ("predictions", "targets", "masks")
        given = (results, references, training if sets else masks)
        fields: dict[str, Any] = {
            name: [str(folder)] for name, folder in zip(names, given, strict=True) if folder
        }
        task = "evaluate distribution" if sets else "evaluate paired"
        fields["out"] = str(out)
        self._begin(listener, lambda: self._submit(task, fields))

    def _submit(self, task: str, fields: dict[str, Any]) -> None:
        self._job = self._worker.submit(task, fields, self._heard)

    def _take(self, event: dict[str, Any]) -> None:
        name = self._out.name
        self.rows = event["result"]["rows"]
        self.results = [
            new_table(f"{name}: {kind}", columns_of(read_rows(self._out / f"{kind}.csv")))
            for kind in TABLES
            if (self._out / f"{kind}.csv").is_file()
        ]
        if event["result"].get("cases") and any(r["cases"] for r in self.rows):
            self.histogram = evaluated.histogram_chart(self._out, name)
            self.differences = evaluated.difference_chart(self._out, name)
            self.results += [self.histogram, self.differences]
        self._tidy()
        self._end(text=event["result"]["text"].rstrip("."))
