"""Folders of results against folders of references: files to files, and the tables as nodes."""

from pathlib import Path
from typing import Any

from slicer.i18n import tr as _

from . import evaluated
from .errors import PanelError
from .evaluate_words import said, words_of_folders
from .folders import report_problem, same
from .paths import is_folder, typed
from .run import Listener, Run
from .tables import columns_of, new_table, read_rows

TABLES = ("cases", "tissues", "figures", "gate")


class FolderEvaluation(Run):
    """Measures a set of volume files; see `Run`.

    Attributes:
        about: what was judged against what.
        rows: what the report begins with, one dictionary for each method or set; meanings: what
            its columns are.
        report: the page with pictures and plots.
        histogram, differences: plot chart nodes; None of sets.
        results: table nodes and those plots; empty unless `state` is DONE.
    """

    def __init__(self, worker: Any = None) -> None:
        Run.__init__(self, worker)
        self.about = ""
        self.rows: list[dict[str, Any]] = []
        self.meanings: dict[str, str] = {}
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
            PanelError: there is no such folder, one is given twice, or `out` exists.
        """
        self._check_new()
        for folder in (results, references, masks, training):
            if folder and not is_folder(folder):
                raise PanelError(_("{folder} is not a folder.").format(folder=folder))
        if same(results, references):
            raise PanelError(
                _("The results and the references lie in the same folder; choose two.")
            )
        if problem := report_problem(out):
            raise PanelError(f"{problem}.")
        self._out = typed(out)
        self.report = self._out / "report.html"
        text = (
            _("{results} against {references}, as sets")
            if sets
            else _("{results} against {references}, pair by pair")
        )
        self.about = text.format(results=Path(results).name, references=Path(references).name)
        names = ("synthetic", "real", "training") if sets else ("predictions", "targets", "masks")
        given = (results, references, training if sets else masks)
        fields: dict[str, Any] = {
            name: [str(typed(folder))] for name, folder in zip(names, given, strict=True) if folder
        }
        task = "evaluate distribution" if sets else "evaluate paired"
        fields["out"] = str(self._out)
        self._begin(listener, lambda: self._submit(task, fields))

    def _heard(self, event: dict[str, Any]) -> None:
        if event["event"] in ("warning", "error"):
            event = {**event, "text": said(event["text"], words_of_folders())}
        Run._heard(self, event)

    def _submit(self, task: str, fields: dict[str, Any]) -> None:
        self._job = self._worker.submit(task, fields, self._heard)

    def _take(self, event: dict[str, Any]) -> None:
        name, result, words = self._out.name, event["result"], words_of_folders()
        self.rows = [
            {key: words.get(value, value) for key, value in row.items()} for row in result["rows"]
        ]
        self.meanings = _of_sets(result) if "sets" in result else _of_pairs(result)
        self.results = [
            new_table(f"{name}: {kind}", columns_of(read_rows(self._out / f"{kind}.csv")))
            for kind in TABLES
            if (self._out / f"{kind}.csv").is_file()
        ]
        if result.get("cases") and any(row["cases"] for row in self.rows):
            self.histogram = evaluated.histogram_chart(self._out, name)
            self.differences = evaluated.difference_chart(self._out, name)
            self.results += [self.histogram, self.differences]
        self._tidy()
        self._end(text=said(result["text"], words).rstrip("."))


def _of_pairs(result: dict[str, Any]) -> dict[str, str]:
    """What the columns are: each figure as it is, and after the fit."""
    meanings = evaluated.meanings_of(result["definitions"])
    fitted = {f"{name}_fit": f"{text}; {meanings['_fit']}" for name, text in meanings.items()}
    return meanings | fitted


def _of_sets(result: dict[str, Any]) -> dict[str, str]:
    """Each figure beside what it is between two halves of the real set."""
    text = _("between two halves of the real set: {value:z.3g}")
    return {
        row["figure"]: row["note"] or text.format(value=row["real_real"])
        for row in result["sets"]["synthetic"]["figures"]
    }
