"""A study of 40 cases is read on the host; then all that a reader can reach is searched."""

import csv
import dataclasses
import logging

import numpy as np
import pytest
import qt
import slicer

from MedGANSynthLib.events import Events
from MedGANSynthLib.turing.prepare import prepare_study
from MedGANSynthLib.turing.study import read_key, read_study
from MedGANSynthLib.volume.volume import Volume
from MedGANSynthLib.volume.write import write

CASES = 40
DESIGN = {"readers": 1, "display": "volume", "plane": "axial", "exposure": None, "clue": ""}
DESIGN |= {"prevalence": "half", "repeats": 0.0, "practice": 0, "catch": 0, "endpoint": "auc"}
DESIGN |= {"margin": 0.1, "selection": "", "exclusions": "", "spacing": (), "shape": ()}
DESIGN |= {"training": None, "seed": 0, "overwrite": False, "no_audit": True}
DESIGN |= {
    "real": None,
    "synthetic": None,
    "bids": None,
    "include": (),
    "exclude": (),
    "name": "",
    "key": None,
}


@pytest.fixture(scope="module")
def sealed(tmp_path_factory, ball):
    """A study of phantoms whose list, folders and files say what they are: folder and key."""
    from MedGANSynthLib.turing.clearance import write_clearance

    folder = tmp_path_factory.mktemp("owner")
    with open(folder / "cases.csv", "w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["path", "label", "group", "subject", "model", "notes"])
        for number in range(CASES):
            label = "synthetic" if number % 2 else "real"
            name = f"{label}-dir/ORIGINAL{number:02}-{label}.nii"
            write(Volume(ball(number), np.diag([4.0, 4.0, 4.0, 1.0])), folder / name)
            model = "GANMODEL7" if number % 2 else ""
            table.writerow([name, label, "GROUPX", f"PERSON{number:02}", model, "NOTEZ"])
    study = folder / "reader-copy"
    prepare_study(**DESIGN, out=study, cases=folder / "cases.csv", events=Events())
    write_clearance(study, read_study(study)[1], True)
    return study, study.with_name("reader-copy-key.json")


def test_no_token_of_the_truth_can_be_found(reading, sealed, at_case, wait_until, caplog, capfd):
    study, key = sealed
    content, _sha256 = read_study(study)
    truth = read_key(key, content)
    tokens = {"ORIGINAL", "GANMODEL7", "GROUPX", "PERSON", "NOTEZ", "-dir", str(key)}
    tokens |= {case.source for case in truth.cases.values()}
    tokens |= {case.sha256 for case in truth.cases.values()}
    key.rename(key.with_suffix(".away"))  # it is on another computer
    caplog.set_level(logging.DEBUG)
    panel = reading(study)
    assert len(panel.session.desk.session.trials) == CASES
    panel.session.desk.design = dataclasses.replace(panel.session.desk.design, blank_ms=0)
    texts, names, geometries = [], set(), set()
    for number in range(CASES):
        at_case(number)
        node = panel.session.desk.view.cases[0].node
        names.add((node.GetName(), node.GetID(), node.GetStorageNode()))
        geometries.add(geometry(node))
        if number in (0, 1, CASES - 1):
            texts += all_nodes() + all_widgets(panel) + [str(slicer.mrmlScene)]
        panel.session.act("rate 4")
        panel.session.act("confirm")
    wait_until(lambda: panel.session.desk is None)
    key.with_suffix(".away").rename(key)
    texts += all_nodes() + all_widgets(panel)
    texts += [f"{k}={qt.QSettings().value(k)}" for k in qt.QSettings().allKeys()]
    texts += [record.getMessage() for record in caplog.records]
    texts += list(capfd.readouterr())
    texts += [p.read_bytes().decode("latin-1") for p in study.rglob("*") if p.is_file()]
    texts += [str(p.relative_to(study)) for p in study.rglob("*")]
    found = {token for token in tokens for text in texts if token in text}
    assert found == set()
    assert len(names) == len(geometries) == 1
    ((name, _id, storage),) = names
    assert (name, storage) == ("Case", None)
    # What the search would find if it were there.
    slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTextNode", "PERSON03")
    assert any("PERSON" in text for text in all_nodes())


def all_nodes():
    """Names, attributes and the XML of all nodes."""
    scene = slicer.mrmlScene
    nodes = [scene.GetNthNode(n) for n in range(scene.GetNumberOfNodes())]
    attributes = [f"{a}={n.GetAttribute(a)}" for n in nodes for a in n.GetAttributeNames()]
    assert not any(n.IsA("vtkMRMLScalarVolumeNode") and n.GetAttributeNames() for n in nodes)
    scene.SetSaveToXMLString(1)
    scene.Commit()
    return [str(node) for node in nodes] + attributes + [scene.GetSceneXMLString()]


def all_widgets(panel):
    """Titles, texts and tool tips of everything in the panel."""
    names = ("text", "toolTip", "windowTitle", "plainText", "currentText", "placeholderText")
    widgets = [panel.widget, *panel.widget.findChildren(qt.QWidget)]
    widgets = [w for w in widgets if not w.inherits("QProgressBar")]  # the host cannot read those
    return [str(getattr(w, name)) for w in widgets for name in names if hasattr(w, name)]


def geometry(node):
    matrix = slicer.util.vtkMatrixFromArray(np.eye(4))
    node.GetIJKToRASMatrix(matrix)
    numbers = slicer.util.arrayFromVTKMatrix(matrix).ravel()
    image = node.GetImageData()
    return (*numbers, *image.GetDimensions(), image.GetScalarTypeAsString())
