import json

import pytest

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.turing.clearance import require_clearance, write_clearance

SHA256 = "a" * 64


def test_only_the_clearance_of_this_study_lets_it_start(tmp_path):
    with pytest.raises(MedGANSynthError, match="has no leak audit"):
        require_clearance(tmp_path, SHA256)
    write_clearance(tmp_path, SHA256, True)
    assert require_clearance(tmp_path, SHA256).cleared
    write_clearance(tmp_path, SHA256, False)
    with pytest.raises(MedGANSynthError, match=r"give the classes away.* with --override REASON"):
        require_clearance(tmp_path, SHA256)
    write_clearance(tmp_path, "0" * 64, True)
    with pytest.raises(MedGANSynthError, match="of another study"):
        require_clearance(tmp_path, SHA256)


@pytest.mark.parametrize(
    "change",
    [{"cleared": True}, {"cleared": True, "reason": "why not"}, {"audit_sha256": ""}, {"seal": ""}],
)
def test_a_clearance_that_was_edited_lets_nothing_start(tmp_path, change):
    path = write_clearance(tmp_path, SHA256, False, "", "b" * 64)
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(MedGANSynthError, match="was changed after the leak audit wrote it"):
        require_clearance(tmp_path, SHA256)
