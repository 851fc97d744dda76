import json

import pytest

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.files import file_hash
from MedGANSynthLib.turing.audited import Audit, Fingerprint, audit_path
from MedGANSynthLib.turing.clearance import write_clearance
from MedGANSynthLib.turing.leaks import leaks
from MedGANSynthLib.turing.study import write_json

SHA256 = "a" * 64
REASON = "A pilot among ourselves."


@pytest.fixture
def key(tmp_path):
    """A key's path; what it holds is of no concern here."""
    return tmp_path / "study-key.json"


@pytest.fixture
def audited(tmp_path, key):
    """Audit and clear a study: `audited(leak, override)`."""

    def write(leak, override="", sha256=SHA256):
        found = (Fingerprint("at_bottom", 0.9), Fingerprint("comb", 0.6))
        audit = Audit(sha256, 24, 0.93, 0.01, 0.5, leak, override, found, found)
        write_json(audit, audit_path(key))
        reason = override if leak else ""
        write_clearance(tmp_path, sha256, True, reason, file_hash(audit_path(key)))
        return audit

    return write


def test_nothing_is_said_of_a_clean_audit(tmp_path, key, audited):
    audit = audited(False, "not needed")
    assert leaks(tmp_path, key, SHA256) == (audit, [])


def test_a_leak_and_its_override_are_said_in_words(tmp_path, key, audited):
    audited(True, REASON)
    (text,) = leaks(tmp_path, key, SHA256)[1]
    assert "the share of foreground voxels at the darkest level (bookkeeping AUC 0.93)" in text
    assert text.endswith("The leak audit was overridden: A pilot among ourselves.")


def test_a_key_under_another_name_keeps_its_audit(tmp_path, key, audited):
    audit = audited(True, REASON)
    other = tmp_path / "renamed.json"
    found, notices = leaks(tmp_path, other, SHA256)
    assert found == audit and len(notices) == 1 and "overridden" in notices[0]
    audit_path(key).rename(audit_path(tmp_path / "third.json"))
    assert leaks(tmp_path, other, SHA256)[0] == audit


def test_of_two_audits_the_one_that_cleared_counts(tmp_path, key, audited):
    audited(True, REASON)
    audit_path(key).rename(tmp_path / "z-audit.json")
    second = audited(False)
    assert leaks(tmp_path, key, SHA256) == (second, [])
    (tmp_path / "clearance.json").unlink()
    assert leaks(tmp_path, key, SHA256)[0].leak


def test_a_missing_audit_is_said(tmp_path, key, audited):
    (text,) = leaks(tmp_path, key, SHA256)[1]
    assert text.startswith("No leak audit was made")
    audited(True, REASON)
    audit_path(key).unlink()
    audit, (text,) = leaks(tmp_path, key, SHA256)
    assert audit is None
    assert "does not lie beside the key" in text
    assert text.endswith("A leak was found and overridden: A pilot among ourselves.")


def test_the_audit_of_another_study_is_none_of_this_one(tmp_path, key, audited):
    audited(True, sha256="f" * 64)
    write_clearance(tmp_path, SHA256, True, "", "b" * 64)
    audit, (text,) = leaks(tmp_path, key, SHA256)
    assert audit is None and "does not lie beside the key" in text


def test_a_clearance_that_was_edited_is_said_beside_the_leak(tmp_path, key, audited):
    audited(True)
    path = tmp_path / "clearance.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"reason": "mine"}))
    leak, edited = leaks(tmp_path, key, SHA256)[1]
    assert leak.endswith("The leak audit was not overridden.")
    assert "clearance.json: was changed after the leak audit wrote it" in edited


def test_an_audit_that_was_edited_is_said(tmp_path, key, audited):
    audited(True, REASON)
    path = audit_path(key)
    path.write_text(json.dumps(json.loads(path.read_text()) | {"leak": False}))
    (text,) = leaks(tmp_path, key, SHA256)[1]
    assert "clearance.json is not that of the leak audit beside the key" in text


@pytest.mark.parametrize("text", ["{}", "[]", "{"])
def test_a_damaged_audit_is_refused_in_one_sentence(tmp_path, key, text):
    audit_path(key).write_text(text)
    with pytest.raises(MedGANSynthError, match=r"study-key-audit\.json: "):
        leaks(tmp_path, key, SHA256)
