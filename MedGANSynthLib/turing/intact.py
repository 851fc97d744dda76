"""Whether the cases that were read are still there when the study is reported. Standard library
only."""

from pathlib import Path

from ..wording import counted, listed
from .study import Study, missing_and_changed

_NAMED = 10


def case_files(folder: Path, study: Study) -> tuple[list[str], list[str]]:
    """The cases whose files are missing or changed, and what is to be said of them."""
    missing, changed = missing_and_changed(folder, study)
    notices = []
    if changed:
        are = "are not those" if len(changed) > 1 else "is not the one"
        notices.append(
            f"{counted(len(changed), 'case file')} {are} that the study was sealed with "
            f"({listed(changed, _NAMED)}): what the readers saw may have been something else, so "
            "do not trust this result before you know who changed them, and when."
        )
    if missing:
        notices.append(
            f"{counted(len(missing), 'case file')} {'are' if len(missing) > 1 else 'is'} missing: "
            "the figures need none, but a report has no picture of what is not there."
        )
    return missing + changed, notices
