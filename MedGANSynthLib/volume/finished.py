"""What was made before need not be made again."""

from pathlib import Path

from ..errors import MedGANSynthError
from .marks import provenance_in
from .provenance import Provenance
from .read import check


def finished(wanted: dict[Path, Provenance]) -> bool:
    """Whether all files are there and are what this very command would write.

    Raises:
        MedGANSynthError: another file lies in the way.
    """
    there = [path for path in wanted if path.exists()]
    for path in there:
        try:
            marked = provenance_in(check(path).marks)
        except MedGANSynthError:
            marked = None
        if marked != wanted[path]:
            raise MedGANSynthError(
                f"{path}: exists already and is something else; choose another name or pass "
                "--overwrite."
            )
    return len(there) == len(wanted)
