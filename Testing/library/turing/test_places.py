import json

import pytest

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.events import Events
from MedGANSynthLib.turing.analysis import analyse_study
from MedGANSynthLib.turing.demo import demo_study
from MedGANSynthLib.turing.places import check_results, check_study
from MedGANSynthLib.turing.report import report_study
from MedGANSynthLib.turing.simulate import SimulatedReader, simulate_readers


@pytest.fixture
def answered(paper, quick_disk):
    """A study with answers of one reader, and its key."""
    folder = paper(readers=1)
    key = folder.with_name("study-key.json")
    simulate_readers(folder, key, {"reader-1": SimulatedReader()}, 0)
    return folder, key


def everything(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_answers_are_never_overwritten(answered, prepare_blobs):
    folder, key = answered
    before = everything(folder.parent)
    with pytest.raises(MedGANSynthError, match="holds answers of readers"):
        prepare_blobs(folder, key=key, overwrite=True)
    assert everything(folder.parent) == before


def test_results_replace_results_only(answered):
    folder, key = answered
    out = folder.with_name("report")
    report_study(folder, key, out, False, Events())
    report_study(folder, key, out, True, Events())
    analyse_study(folder, key, out, True, Events())
    before = everything(folder.parent)
    for write in (report_study, analyse_study):
        for place in (folder, folder / "cases", folder.parent):
            with pytest.raises(MedGANSynthError, match=r"holds no summary\.json"):
                write(folder, key, place, True, Events())
    with pytest.raises(MedGANSynthError, match=r"holds no study-key\.json"):
        demo_study(folder, "t1-t2-brain", 8, 0, True, Events())
    assert everything(folder.parent) == before


def test_a_study_replaces_itself_with_its_own_key_only(paper, tmp_path):
    folder = paper()
    key = folder.with_name("study-key.json")
    check_study(folder, key, overwrite=True)
    other = tmp_path / "other.json"
    other.write_text(json.dumps(json.loads(key.read_text()) | {"study": "f" * 32}))
    with pytest.raises(MedGANSynthError, match="the key of another study"):
        check_study(folder, other, overwrite=True)
    with pytest.raises(MedGANSynthError, match="exists already"):
        check_study(tmp_path / "new", other, overwrite=True)
    with pytest.raises(MedGANSynthError, match="exists already"):
        check_results(folder, "study.json", overwrite=False)
