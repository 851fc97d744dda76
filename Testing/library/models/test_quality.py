from pathlib import Path

import pytest

from MedGANSynthLib import tasks
from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.models.manifest import Measurement
from MedGANSynthLib.models.package import open_package
from MedGANSynthLib.models.quality import quality_text

ERROR = Measurement("RMSE / sd", 0.7, "two people", 0.6, 0.8)
BLUR = Measurement("texture", 0.5, "two people")


@pytest.fixture
def evaluation(tmp_path: Path, tiny: Path) -> Path:
    folder = tmp_path / "evaluation"
    folder.mkdir()
    sha256 = open_package(tiny).sha256
    (folder / "quality.json").write_text(quality_text(sha256, [ERROR, BLUR]))
    return folder


def record(tiny, evaluation, out, **options):
    tasks.run(tasks.ModelsQuality(model=str(tiny), evaluation=evaluation, out=out, **options))
    return open_package(out)


@pytest.mark.parametrize("name", ["measured", "measured.zip"])
def test_figures_come_into_manifest_and_card(tmp_path, tiny, evaluation, name):
    package = record(tiny, evaluation, tmp_path / name)
    assert package.manifest.quality == (ERROR, BLUR)
    assert package.sha256 == open_package(tiny).sha256
    card = (package.folder / "MODEL_CARD.md").read_text()
    assert "| RMSE / sd | 0.7 | 0.6 to 0.8 | two people |" in card
    assert open_package(tiny).manifest.quality == ()


def test_newer_figures_take_the_place_of_the_same_and_keep_others(tmp_path, tiny, evaluation):
    out = tmp_path / "measured"
    sha256 = record(tiny, evaluation, out).sha256
    better = Measurement("RMSE / sd", 0.4, "two people")
    (evaluation / "quality.json").write_text(quality_text(sha256, [better]))
    assert record(out, evaluation, out, overwrite=True).manifest.quality == (better, BLUR)
    only = record(out, evaluation, out, overwrite=True, replace=True)
    assert only.manifest.quality == (better,)


def test_figures_of_other_weights_are_refused(tmp_path, tiny, tiny_package, evaluation):
    tiny_package(seed=1)
    with pytest.raises(MedGANSynthError, match="its figures are of other weights"):
        record(tiny, evaluation, tmp_path / "measured")
    assert not (tmp_path / "measured").exists()


def test_no_evaluation_and_an_existing_package(tmp_path, tiny, evaluation):
    with pytest.raises(MedGANSynthError, match=r"quality.json: does not exist"):
        record(tiny, tmp_path, tmp_path / "measured")
    for name in ("measured", "measured.zip"):
        record(tiny, evaluation, tmp_path / name)
        with pytest.raises(MedGANSynthError, match="exists already"):
            record(tiny, evaluation, tmp_path / name)
