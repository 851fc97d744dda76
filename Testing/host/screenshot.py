"""Makes the README's picture of the Translate panel: `python Testing/host/screenshot.py`.

The module is loaded on the host, a phantom's T1 chosen and Translate pressed, with the real worker
and the model that ships. Rows of views: the T1, the result over it, the result alone.
"""

import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "Testing"), str(ROOT / "MedGANSynth"), str(ROOT)]

OUT = ROOT / "Resources" / "Screenshots" / "slicer-translate.png"
PANEL = (520, 909)
VIEW = (302, 303)


def main() -> None:
    """Write the picture."""
    from host import start

    start()
    import numpy as np
    import qt
    import slicer
    from MedGANSynthPanels import sample_data
    from PIL import Image

    from host.scripted.loader import load_module, unload_module
    from host.sliceviews import grab, render

    qt.QSettings().remove("MedGANSynth")
    widget = load_module(ROOT / "MedGANSynth", "MedGANSynth")
    widget.parent.resize(*PANEL)
    widget.parent.show()
    panel = widget.pages.translate
    t1 = slicer.util.loadVolume(str(sample_data.folder() / "MedGANSynth-phantom-T1.nii.gz"))
    _settle(0.5)  # it is synthetic, too, and gets its mark
    for name in ("Warming up", "Phantom T1"):  # the second press finds the worker warm
        t1.SetName(name)
        panel.rows.selectors["t1"].setCurrentNode(t1)
        panel.ui.translateButton.click()
        while panel.running.open:
            _settle(0.05)
        result = slicer.util.getNode(f"{name} (synthetic T2)")
    bounds = [0.0] * 6
    t1.GetRASBounds(bounds)
    center = tuple((np.array(bounds[::2]) + bounds[1::2]) / 2)
    grab(widget.parent, OUT)
    pictures = [np.asarray(Image.open(OUT).convert("RGB"))]
    rows = []
    for shown in (
        {"background": t1, "foreground": None},
        {"background": t1, "foreground": result, "foregroundOpacity": 0.5},
        {"background": result, "foreground": None},
    ):
        slicer.util.setSliceViewerLayers(**shown, fit=True)
        _settle(0.2)  # the corner labels follow
        rows.append(render(OUT, size=VIEW, center=center))
    pictures.append(np.concatenate(rows))
    height = min(picture.shape[0] for picture in pictures)
    Image.fromarray(np.concatenate([p[:height] for p in pictures], axis=1)).save(OUT)
    unload_module("MedGANSynth")


def _settle(seconds: float) -> None:
    import slicer

    end = time.monotonic() + seconds
    while time.monotonic() < end:
        slicer.app.processEvents()
        time.sleep(0.005)


if __name__ == "__main__":
    main()
