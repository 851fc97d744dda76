"""Makes the README's pictures of panels: `python Testing/host/screenshot.py [translate] [...]`.

The module is loaded on the host, phantoms chosen and the button pressed, with the real worker and
the models that ship. Beside the panel are rows of views: of Translate the T1, the result over it,
the result alone; of Evaluate the T2, the result, the map of its errors; of Generate three hearts,
each at three phases.
"""

import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "Testing"), str(ROOT / "MedGANSynth"), str(ROOT)]

OUT = ROOT / "Resources" / "Screenshots"
PANEL = (520, 909)
VIEW = (302, 303)
COLOURS = 192


def main(names: list[str]) -> None:
    """Write the named pictures, or all."""
    from host import start

    start()
    import qt

    from host.scripted.loader import load_module, unload_module

    pictures = {"translate": translate, "evaluate": evaluate, "generate": generate}
    for name in names or pictures:
        qt.QSettings().remove("MedGANSynth")
        widget = load_module(ROOT / "MedGANSynth", "MedGANSynth")
        widget.parent.resize(*PANEL)
        widget.parent.show()
        pictures[name](widget)
        unload_module("MedGANSynth")


def translate(widget) -> None:
    """Translate a phantom's T1."""
    t1 = _phantom("T1")
    result = _translated(widget, t1)
    rows = (
        {"background": t1, "foreground": None},
        {"background": t1, "foreground": result, "foregroundOpacity": 0.5},
        {"background": result, "foreground": None},
    )
    _save(widget, rows, t1, OUT / "slicer-translate.png")


def evaluate(widget) -> None:
    """Translate a phantom's T1 and measure the result against its T2, inside the head."""
    import slicer
    from scipy.ndimage import binary_fill_holes

    t1, t2 = _phantom("T1"), _phantom("T2")
    result = _translated(widget, t1)
    head = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", "Head")
    head.CreateDefaultDisplayNodes()
    head.SetReferenceImageGeometryParameterFromVolumeNode(t2)
    segment = head.GetSegmentation().AddEmptySegment("head", "head")
    voxels = slicer.util.arrayFromVolume(t1)
    inside = binary_fill_holes(voxels > 0.1 * voxels.max()).astype("uint8")
    slicer.util.updateSegmentBinaryLabelmapFromArray(inside, head, segment, t2)
    widget.pages.ui.pages.setCurrentWidget(widget.pages.evaluate.widget)
    panel = widget.pages.evaluate
    for name, node in (("result", result), ("reference", t2), ("mask", head)):
        getattr(panel.ui, f"{name}Selector").setCurrentNode(node)
    _press(panel, panel.ui.evaluateButton)
    panel.ui.figuresTable.setCurrentCell(0, 0)
    rows = (
        {"background": t2, "foreground": None},
        {"background": result, "foreground": None},
        {"background": t2, "foreground": panel.evaluation.error_map, "foregroundOpacity": 1},
    )
    _save(widget, rows, t2, OUT / "slicer-evaluate.png")


def generate(widget) -> None:
    """Generate four beating hearts."""
    import slicer

    panel = widget.pages.generate
    widget.pages.ui.pages.setCurrentWidget(panel.widget)
    panel.parameters.generate.model = "cardiac-cine"
    _settle(0.2)
    _press(panel, panel.ui.generateButton)
    hearts = slicer.util.getNodesByClass("vtkMRMLSequenceNode")[:3]
    logic = slicer.modules.sequences.logic()
    browsers = [logic.GetFirstBrowserNodeForSequenceNode(heart) for heart in hearts]
    shown = [b.GetProxyNode(h) for b, h in zip(browsers, hearts, strict=True)]
    for browser in browsers:
        browser.SetPlaybackActive(False)

    def columns(phase: int) -> list:
        for browser in browsers:
            browser.SetSelectedItemNumber(phase)
        return [{"background": node, "foreground": None} for node in shown]

    _save(widget, map(columns, (0, 4, 8)), shown[0], OUT / "slicer-generate.png")


def _phantom(modality: str):
    import slicer
    from MedGANSynthPanels import sample_data

    path = sample_data.folder() / f"MedGANSynth-phantom-{modality}.nii.gz"
    node = slicer.util.loadVolume(str(path))
    _settle(0.5)  # it is synthetic, too, and gets its mark
    node.SetName(f"Phantom {modality}")
    return node


def _translated(widget, t1):
    """The T2 of a T1; the second press finds the worker warm."""
    import slicer

    panel, name = widget.pages.translate, t1.GetName()
    for called in ("Warming up", name):
        t1.SetName(called)
        panel.rows.selectors["t1"].setCurrentNode(t1)
        _press(panel, panel.ui.translateButton)
    return slicer.util.getNode(f"{name} (synthetic T2)")


def _press(panel, button) -> None:
    button.click()
    while panel.running.open:
        _settle(0.05)


def _save(widget, rows, center, path: Path) -> None:
    """The panel beside rows of views, around the middle of a volume.

    A row is a set of layers in all three views, or a list of sets, each in the axial one.
    """
    import numpy as np
    import slicer
    from PIL import Image

    from host.sliceviews import grab, render

    bounds = [0.0] * 6
    center.GetRASBounds(bounds)
    middle = tuple((np.array(bounds[::2]) + bounds[1::2]) / 2)
    _settle(0.2)
    grab(widget.parent, path)
    pictures = [np.asarray(Image.open(path).convert("RGB"))]
    views = []
    for row in rows:
        columns = row if isinstance(row, list) else [row]
        parts = []
        for layers in columns:
            slicer.util.setSliceViewerLayers(**layers, fit=True)
            _settle(0.2)  # the corner labels follow
            parts.append(render(path, size=VIEW, center=middle))
        if len(parts) > 1:
            parts = [part[:, : VIEW[0]] for part in parts]
        views.append(np.concatenate(parts, axis=1))
    pictures.append(np.concatenate(views))
    height = min(picture.shape[0] for picture in pictures)
    whole = Image.fromarray(np.concatenate([p[:height] for p in pictures], axis=1))
    whole.quantize(COLOURS).save(path, optimize=True)


def _settle(seconds: float) -> None:
    import slicer

    end = time.monotonic() + seconds
    while time.monotonic() < end:
        slicer.app.processEvents()
        time.sleep(0.005)


if __name__ == "__main__":
    main(sys.argv[1:])
