import pytest

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.events import Events
from MedGANSynthLib.turing import audit, demo


def test_a_whole_study_of_phantoms(tmp_path, monkeypatch, quick_disk):
    monkeypatch.setattr(audit, "forest_auc", lambda table, labels, seed: 0.5)  # tested elsewhere
    monkeypatch.setattr(demo, "_SHAPE", (24, 28, 10))
    monkeypatch.setattr(demo, "_SPACING", (8.0, 8.0, 16.0))
    result = demo.demo_study(tmp_path / "demo", 8, 0, False, Events())
    assert result["text"].startswith("Phantoms and simulated readers, no evidence")
    assert "reader-5 shows response bias" in result["text"]
    assert [row["answers"] for row in result["rows"]] == [12] * 5
    assert (tmp_path / "demo" / "report" / "report.html").stat().st_size > 20_000
    assert {path.name for path in (tmp_path / "demo").iterdir()} == {
        "study",
        "study-key.json",
        "study-key-audit.json",
        "study-key-preview.png",
        "report",
    }


@pytest.mark.parametrize("cases", [7, 101])
def test_sizes_that_make_no_study(tmp_path, cases):
    with pytest.raises(MedGANSynthError, match="--cases"):
        demo.demo_study(tmp_path / "demo", cases, 0, False, Events())
    assert not (tmp_path / "demo").exists()
