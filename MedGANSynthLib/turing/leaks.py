"""What has to be known of the leak audit beside a result. Standard library only."""

from pathlib import Path

from ..errors import MedGANSynthError
from .audited import Audit, in_words, override_of, read_audit
from .clearance import read_clearance

_RUN = "run `medgansynth study audit`"


def leaks(study: Path, key: Path, study_sha256: str) -> tuple[Audit | None, list[str]]:
    """The audit of a study, and what is to be said of it: a leak, why the reading was allowed all
    the same, an audit that is missing, a clearance that does not follow from it.

    Raises:
        MedGANSynthError: the audit's file is damaged.
    """
    notices = []
    try:
        clearance = read_clearance(study, study_sha256)
        missing = clearance is None
    except MedGANSynthError as error:
        clearance, missing = None, False
        notices.append(str(error))
    audit, sha256 = read_audit(key, study_sha256, clearance.audit_sha256 if clearance else "")
    if audit is None:
        notices.insert(0, _not_found(key, clearance.reason if clearance else "", missing))
        return None, notices
    if audit.leak:
        notices.insert(0, _leak(audit))
    if clearance and (clearance.audit_sha256, clearance.reason) != (sha256, override_of(audit)):
        notices.append(
            "The study's clearance.json is not that of the leak audit beside the key: one of them "
            f"was changed; {_RUN} again."
        )
    return audit, notices


def _leak(audit: Audit) -> str:
    worst = in_words(audit.bookkeeping[0].fingerprint)
    text = (
        f"Leak: the files give the classes away, above all by {worst} "
        f"(bookkeeping AUC {audit.bookkeeping_auc:.2f}), so this result may not be about what "
        "the images show. "
    )
    if audit.override:
        return text + f"The leak audit was overridden: {audit.override.rstrip('.')}."
    return text + "The leak audit was not overridden."


def _not_found(key: Path, reason: str, never: bool) -> str:
    if never:
        return f"No leak audit was made: the files may give the classes away; {_RUN}."
    text = (
        f"The study's leak audit, a file *-audit.json, does not lie beside the key in "
        f"{Path(key).parent}; put it there, or {_RUN} again."
    )
    return text + (f" A leak was found and overridden: {reason.rstrip('.')}." if reason else "")
