"""How unsure a translation is, voxel by voxel, from the translations of altered inputs."""

from collections.abc import Sequence

import numpy as np

from ..volume.grid import left_right
from ..volume.provenance import Source
from ..volume.volume import Volume
from .forward import Progress, silent
from .mirrored import Run
from .translate import Translator

# In-plane shift in voxels, and whether left and right are exchanged. No multiples of a U-Net's
# strides, so that they show what of the answer hangs on the strides' phase.
_VARIANTS = (((0, 0), False), ((0, 0), True), ((3, 2), False), ((-2, -3), True))


def map_names(translator: Translator) -> list[str]:
    """ "spread", and "cycle-error" where the package can translate back."""
    return ["spread", "cycle-error"] if translator.way_back else ["spread"]


def uncertainty_maps(
    translator: Translator,
    volumes: Sequence[Volume],
    sources: Sequence[Source] = (),
    progress: Progress = silent,
    **settings: object,
) -> dict[str, Volume]:
    """Maps of how unsure the model is, float32, on the input's grid; 0 is sure.

    Args:
        volumes, sources, settings: as for `Translator.translate`.

    Returns:
        One volume for each of `map_names`: "spread", the standard deviation over flipped and
        shifted inputs in the output's units; "cycle-error", the absolute difference between the
        input and its translation there and back, in the input's units.
    """
    prepared = translator.prepare(volumes)
    arrays, spacing = [p.array for p in prepared], prepared[0].spacing
    mirror = left_right(translator.package.manifest.grid.orientation)

    def run(inputs: Sequence[np.ndarray], listener: Progress) -> np.ndarray:
        return translator.run(inputs, spacing, listener, once=True)

    seen = views(run, arrays, mirror, progress)
    there = seen[0]
    maps = {"spread": np.std(seen, axis=0, dtype=np.float64).astype(np.float32)}
    gains = {
        "spread": translator.units(prepared[0].undo(there))[0],
        "cycle-error": np.ptp(prepared[0].intensity_range) / 2,
    }
    if translator.way_back:
        device = next(translator.network.parameters()).device
        back = Translator.load(
            translator.package,
            translator.way_back,
            str(device),
            translator.batch,
            cpu_fallback=translator.cpu_fallback,
            warn=translator.warn,
        )
        there_and_back = back.run([there], spacing, silent)
        # |F(G(x)) - x| (Zhu et al. 2017, equation 2)
        maps["cycle-error"] = np.abs(there_and_back - arrays[0])
    return {
        name: volumes[0].with_array(
            # 0 is undone as background is, so that it is 0 outside the field of view too.
            (prepared[0].undo(array - 1) + 1) * np.float32(gains[name]),
            modality=None,
            provenance=translator.provenance(sources, map=name, **settings),
            notes=(),
        )
        for name, array in maps.items()
    }


def views(
    run: Run, arrays: Sequence[np.ndarray], mirror: int, progress: Progress
) -> list[np.ndarray]:
    """Translations of four flipped and shifted inputs, set back; the first is of the inputs as is.

    Test-time augmentation (Wang et al. 2019, Neurocomputing 338:34-45).

    Args:
        run: translates arrays of the shape of `arrays`.
        arrays: prepared inputs `[i, j, k]` in [-1, 1].
        mirror: the axis to flip.

    Returns:
        float32 arrays of the shape of `arrays`.
    """
    results = []
    for number, (shift, flipped) in enumerate(_VARIANTS):

        def part(fraction: float, number: int = number) -> None:
            progress((number + fraction) / len(_VARIANTS))

        axis = mirror if flipped else ()
        altered = [np.flip(np.roll(a, shift, axis=(0, 1)), axis) for a in arrays]
        result = np.flip(run(altered, part), axis)
        results.append(np.roll(result, (-shift[0], -shift[1]), axis=(0, 1)))
    return results
