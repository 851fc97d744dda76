"""The cases of a demonstration: phantoms, and what a model makes."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from ..data.phantom import head_phantom
from ..errors import MedGANSynthError
from ..inference.generator import Generator
from ..inference.loaded import open_package
from ..inference.translate import Translator
from ..volume.volume import Volume
from ..volume.write import write

# At 4x4x8 mm the audit told the volumes of a translator made for 1 to 1.6 mm by their bookkeeping.
SHAPE, SPACING = (64, 76, 26), (3.0, 3.0, 6.5)


def write_cases(
    folder: Path, model: str, cases: int, seed: int, progress: Callable[[float], None]
) -> None:
    """Write `real/` and `synthetic/` with so many volumes each.

    Real are phantoms; they are not marked, so the folder is to be a temporary one. Synthetic is
    what a generator makes, or a translator of other phantoms.

    Args:
        model: name or path of a package.

    Raises:
        MedGANSynthError: no such model, or one that phantoms are no input for.
    """
    modality, make = _maker(model, seed)
    for number in range(cases):
        phantom = _phantom(1000 * seed + 2 * number, modality)
        plain = Volume(phantom.array.astype(np.float32), phantom.affine)
        write(plain, folder / "real" / f"{number:03}.nii")
        write(make(number), folder / "synthetic" / f"{number:03}.nii")
        progress((number + 1) / cases)


def _maker(model: str, seed: int) -> tuple[str, Callable[[int], Volume]]:
    """The modality that a model makes, and how it makes the volume of a number."""
    package = open_package(model)
    generation = package.manifest.generation
    if generation is not None:
        generator = Generator.load(package)

        def generated(number: int) -> Volume:
            return generator.volume(generator.code(seed, number), generator.provenance(seed))

        return generation.output.modality, generated
    translator = Translator.load(package)
    inputs = [port.modality for port in translator.ports.inputs]
    if len(inputs) != 1:
        raise MedGANSynthError(
            f"{model}: needs {' and '.join(inputs)} for one case; name a model of one input."
        )

    def translated(number: int) -> Volume:
        return translator.translate([_phantom(1000 * seed + 2 * number + 1, inputs[0])])

    return translator.ports.output.modality, translated


def _phantom(person: int, modality: str) -> Volume:
    return head_phantom(person, SHAPE, SPACING, (modality,))[modality]
