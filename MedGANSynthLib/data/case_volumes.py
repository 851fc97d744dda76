"""The volumes of a case, for training."""

from collections.abc import Sequence

from ..volume.content import refuse_unfit
from ..volume.read import read
from ..volume.volume import Volume
from .datalist import Case


def read_case(case: Case, images: Sequence[str], mask: str) -> dict[str, Volume]:
    """Those of `images` and `mask` that the case has, by modality.

    Raises:
        MedGANSynthError: a file that cannot be read; an image that is constant or a label map.
    """
    names = [name for name in (*images, mask) if name in case.images]
    volumes = {name: read(case.images[name], name) for name in names}
    for name in names:
        if name != mask:
            refuse_unfit(volumes[name], case.images[name].name)
    return volumes
