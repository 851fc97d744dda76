"""One result against its reference, from nodes to nodes.

No widgets. The scene is changed at the very end, and not at all if anything goes wrong.
"""

from pathlib import Path
from typing import Any

import numpy as np
import slicer
from slicer.i18n import tr as _

from . import evaluated
from .errors import PanelError
from .evaluate_words import said, words_of_volumes
from .folders import report_problem
from .former import measured, replace_former
from .geometry import ijk_to_world, shape_of, without_shear
from .marking import is_synthetic, mark, provenance_beside
from .nifti_in import read_frames
from .nodes import called
from .paths import typed
from .restriction import Restriction, covered, segment_masks
from .run import Listener, Run
from .tables import columns_of, new_table
from .volumes_in import Original
from .volumes_out import check_volume, export_inputs, write_nrrd


class Evaluation(Run):
    """Measures one volume against another; see `Run`.

    Attributes:
        figures: the library's, by name; `_raw` as it is, `_fit` after one slope and offset.
        table: the table node with the figures and what they are.
        segments: a table of figures by segment, for a mask of several; else None.
        about: what was judged against what, and where.
        rows: the figures for people; meanings: what each of them is.
        error_map: the volume result - reference, after the fit, 0 outside the mask.
        histogram, differences: plot chart nodes.
        reference: what it was measured against.
        report: the page with pictures, where a folder for it was given.
        results: the new nodes, the table first; empty unless `state` is DONE.
    """

    def __init__(self, worker: Any = None) -> None:
        Run.__init__(self, worker)
        self.about = ""
        self.figures: dict[str, float] = {}
        self.rows: list[dict[str, Any]] = []
        self.meanings: dict[str, str] = {}
        self.table = self.segments = self.error_map = self.histogram = self.differences = None

    def start(
        self,
        result: Any,
        reference: Any,
        mask: Any = None,
        out: str | Path | None = None,
        listener: Listener | None = None,
    ) -> None:
        """Check everything, write the files, and hand in the Task.

        Args:
            result: the volume node to be judged; on another grid it is interpolated at the
                reference's voxels, and a `warning` says so.
            reference: the real volume node.
            mask: segmentation, ROI or mask volume inside which figures are taken; None takes the
                reference's voxels above its minimum.
            out: a new folder for the report with pictures; None writes none.

        Raises:
            PanelError: it cannot be done; nothing has begun.
        """
        self._check_new()
        for node in (reference, result):
            check_volume(node)
        if result is reference:
            raise PanelError(_("The result and its reference are the same volume; choose two."))
        if typed(out) and (problem := report_problem(out)):
            raise PanelError(f"{problem}.")
        self._result, self._original, self.reference = result, Original(reference), reference
        self._name = _("{result} against {reference}").format(
            result=called(result), reference=called(reference)
        )
        place = _("inside {mask}") if mask is not None else _("above the reference's minimum")
        names = [None if node is None else called(node) for node in (result, reference, mask)]
        self.about = f"{self._name}, {place.format(mask=names[2])}"
        self._words = words_of_volumes(*names)
        self._measured = measured(result, reference, mask)
        self._begin(listener, lambda: self._submit(mask, out))

    def _heard(self, event: dict[str, Any]) -> None:
        if event["event"] in ("warning", "error"):
            text = event["text"].removeprefix(f"{self._case}: ")
            event = {**event, "text": said(text, self._words)}
        Run._heard(self, event)

    def _submit(self, mask: Any, out: str | Path | None) -> None:
        folder, reference = self._temporary.path, self._original.node
        self._grid = shape_of(reference), ijk_to_world(reference)
        inside = None if mask is None else Restriction(mask).mask(*self._grid)
        nodes = {"reference": reference, "result": self._result}
        files, notices = export_inputs(nodes, folder)
        if is_synthetic(reference):
            text = _("{name} is itself synthetic; judge against a real volume.")
            notices.append(text.format(name=self._original.name))
        for text in [*notices, *self._uncovered(inside)]:
            self._tell({"event": "warning", "text": text})
        self._case = files["result"].stem
        self._words |= {files[key].name: called(node) for key, node in nodes.items()}
        self._out = typed(out) or folder / "report"
        self.report = self._out / "report.html"
        fields: dict[str, Any] = {
            "predictions": [str(files["result"])],
            "targets": [str(files["reference"])],
            "error_maps": True,
            "out": str(self._out),
        }
        arrays = {"masks": inside, "labels": self._labels(mask)}
        for kind, array in arrays.items():
            if array is not None:
                fields[kind] = [str(folder / f"{kind}.nrrd")]
                straight, _sheared = without_shear(self._grid[1])
                write_nrrd(folder / f"{kind}.nrrd", array.astype(np.uint16), straight)
        self._job = self._worker.submit("evaluate paired", fields, self._heard)

    def _uncovered(self, inside: np.ndarray | None) -> list[str]:
        """Whether the result is too small for what is judged, which counts as its minimum there."""
        if inside is None:
            voxels = slicer.util.arrayFromVolume(self._original.node)
            inside = voxels > voxels.min()
        missing = 1 - covered(self._result, *self._grid)[inside].mean() if inside.any() else 0.0
        if missing == 0:
            return []
        text = _("{share:.1%} of what is judged lies outside {name}, where its least value counts.")
        return [text.format(share=missing, name=called(self._result))]

    def _labels(self, mask: Any) -> np.ndarray | None:
        """Segments by number, where the mask has several."""
        self._segments: list[str] = []
        if mask is None or not mask.IsA("vtkMRMLSegmentationNode"):
            return None
        labels = np.zeros(self._grid[0][::-1], np.uint16)
        for name, voxels in segment_masks(mask, *self._grid):
            self._segments.append(name)
            labels[voxels] = len(self._segments)
        return labels if len(self._segments) > 1 else None

    def _take(self, event: dict[str, Any]) -> None:
        judged = event["result"]
        (row,) = judged["cases"]
        low, high = row["range_low"], row["range_high"]
        (path,) = (self._out / "error-maps").glob("*.nii.gz")
        title = _("{name}: error").format(name=self.about)
        self.error_map = evaluated.place_error_map(
            self._original, read_frames(path).array[0], title, high - low
        )
        if is_synthetic(self._result):
            mark(self.error_map, provenance_beside(path))
        rows = evaluated.figure_rows(row, judged["definitions"])
        self.meanings = {each["figure"]: each[evaluated.MEANING] for each in rows}
        shown = ("figure", *evaluated.COLUMNS)
        self.rows = [{name: each[name] for name in shown} for each in rows]
        self.figures = {k: float(v) for k, v in row.items() if _is_figure(v)}
        self.table = new_table(_("{name}: figures").format(name=self.about), columns_of(rows))
        self.histogram = evaluated.histogram_chart(self._out, self.about, low, high)
        self.differences = evaluated.difference_chart(self._out, self.about, low, high)
        made = [self.table, self.error_map, self.histogram, self.differences]
        if judged["tissues"]:
            self.segments = self._segment_table(judged["tissues"])
            made.append(self.segments)
        # The map alone was named so that it differs from the former one.
        named = {title if n is self.error_map else n.GetName(): n for n in made}
        replace_former(named, self._measured)
        evaluated.beside(self._original.node, *made)
        self._tidy()
        self.results = made
        self._end(text=self._summary())

    def _segment_table(self, tissues: list[dict[str, Any]]):
        rows = [
            {"segment": self._segments[row["label"] - 1]}
            | {name: row.get(name, "") for name in ("voxels", "bias", "mae", "rmse", "target_sd")}
            for row in tissues
            if row["error"] is None
        ]
        return new_table(_("{name}: segments").format(name=self.about), columns_of(rows))

    def _summary(self) -> str:
        text = _(
            "{name}: mean absolute error {raw:.4g} as it is, {fit:.4g} after one slope and offset"
        )
        text = text.format(
            name=self._name, raw=self.figures["mae_raw"], fit=self.figures["mae_fit"]
        )
        ssim = self.figures.get("ssim_in_plane_fit")
        if ssim is not None:
            text += _("; SSIM in the slices {ssim:z.3f}").format(ssim=ssim)
        if self.segments is not None:
            text += _("; each segment's figures are in the table {table}").format(
                table=called(self.segments)
            )
        return text


def _is_figure(value: Any) -> bool:
    return isinstance(value, int | float) or value == "inf"
