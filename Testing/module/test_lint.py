"""The module's sources against what PythonQt and Slicer's Python reject; and the rules."""

from pathlib import Path

import pytest
from host.lint import check

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "MedGANSynth").rglob("*.py"))


def test_sources():
    found = [
        f"{path.relative_to(ROOT)}:{finding.line}: {finding.rule}: {finding.text}"
        for path in SOURCES
        for finding in check(path.read_text(encoding="utf-8"))
    ]
    assert not found, "\n".join(found)


BAD = {
    "import": [
        "import torch",
        "def f():\n    from monai.networks import nets",
        "import imp",
        "import PySide6.QtCore",
        "import nibabel",
        "from qt import QLabel",
    ],
    "PySide only": ["class A:\n    done = qt.Signal(str)", "@qt.Slot()\ndef f(): pass"],
    "keywords": [
        "qt.QLabel('x', parent=w)",
        "ctk.ctkCollapsibleButton(text='x')",
        "layout.addWidget(w, stretch=1)",
    ],
    "isinstance": [
        "isinstance(w, qt.QWidget)",
        "isinstance(w, (str, ctk.ctkSliderWidget))",
        "isinstance(w, slicer.qMRMLNodeComboBox)",
    ],
    "one Qt only": [
        "qt.QRegExp('a')",
        "qt.QStringConverter",
        "layout.contentsMargins",
        "qt.Qt.AlignmentFlag.AlignLeft",
        "box.connect('currentIndexChanged(QString)', f)",
        "box.connect('checkStateChanged(Qt::CheckState)', f)",
    ],
    "property": ["w.text()", "self.ui.slider.value()", "combo.currentNodeID()", "w.width()"],
    "signal": ["b.connect('clicked', f)"],
    "int64": [
        "slicer.util.updateVolumeFromArray(n, a.astype(int))",
        "slicer.util.addVolumeFromArray(np.zeros(3, dtype=int))",
        "a = np.ones((1, 2, 3), np.int64)\nslicer.util.updateVolumeFromArray(n, a)",
    ],
    "file dialog": [
        "p = qt.QFileDialog.getOpenFileName(w, 'a', 'b')[0]",
        "p, kind = qt.QFileDialog.getSaveFileName(w, 'a', 'b')",
    ],
    "translation": ["_(f'{n} volumes')", "translate('Context', name)"],
}
PAIRS = [(rule, source) for rule, sources in BAD.items() for source in sources]


@pytest.mark.parametrize(("rule", "source"), PAIRS)
def test_bad_source_is_found(rule, source):
    assert [finding.rule for finding in check(source)] == [rule]


@pytest.mark.parametrize(
    "source",
    [
        "import os, numpy, vtk, slicer, qt, ctk",
        "def f():\n    import nibabel",
        "w.text = 'x'; w.setText('x'); w.isChecked()",
        "label = qt.QLabel('x', parent)",
        "qt.Qt.AlignLeft | qt.Qt.AlignTop",
        "isinstance(n, slicer.vtkMRMLNode)",
        "b.connect('clicked(bool)', f); settings.value('a'); 'x'.title(); time.time()",
        "slicer.util.updateVolumeFromArray(n, a.astype(np.int16))",
        "path = qt.QFileDialog.getOpenFileName(w, 'a', 'b')",
        "_('Translate'); translate('Context', 'Image Synthesis')",
    ],
)
def test_good_source_passes(source):
    assert check(source) == []


def test_the_line_is_told():
    assert check("a = 1\nb = w.text()\n")[0].line == 2
