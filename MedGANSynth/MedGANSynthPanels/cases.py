"""What one translation is about: which nodes go in, and what becomes of what comes out.

`VolumeCase` is one volume (or several of one person); `sequences.SequenceCase` has the same face
and many frames.
"""

import dataclasses

import numpy as np

from MedGANSynthLib.volume.provenance import Provenance

from .geometry import ijk_to_world
from .maps import belong_to, remove_maps
from .marking import mark
from .names import kept_name, note_name, result_name
from .volumes_in import Original, check_in_scene, check_output, edited, place_volume
from .volumes_out import check_volume


@dataclasses.dataclass(frozen=True)
class Made:
    """One volume that the library has made: voxels float32 [k, j, i], and how."""

    array: np.ndarray
    provenance: Provenance


class VolumeCase:
    """Volumes by modality, to one new volume node, or into `output`.

    Attributes:
        frames: how many times the library is asked.
        original: the first input; results lie on its grid.

    Raises:
        PanelError: an input that cannot be translated, an output that cannot be filled.
    """

    frames = 1

    def __init__(self, inputs: dict, output=None):
        for node in inputs.values():
            check_in_scene(node)
            check_volume(node)
        check_output(output, inputs.values())
        self.inputs = inputs
        self.output = output
        self.original = Original(next(iter(inputs.values())))
        self._others = [Original(node) for node in inputs.values()]
        self._made: dict[str, Made] = {}

    def check(self) -> None:
        """Raises PanelError if an input has gone or was changed."""
        for original in self._others:
            original.check()
        check_output(self.output, self.inputs.values())

    def nodes(self, frame: int) -> dict:
        """The volume nodes that go in."""
        return self.inputs

    def worlds(self) -> dict | None:
        """What brings them into world space; None: their own parent transforms."""
        return None

    def grid(self, frame: int) -> tuple[tuple[int, int, int], np.ndarray]:
        """Number of voxels, and voxel index to world, of what comes out."""
        return self.original.shape, ijk_to_world(self.original.node)

    def take(self, frame: int, made: dict[str, Made]) -> None:
        """Keep what came out, by kind ("T2", "T2 spread", ...), for `finish`."""
        self._made = made

    def notices(self) -> list[str]:
        """What the user should know in the end."""
        return [edited(original.name) for original in self._others if original.was_edited]

    def finish(self) -> list:
        """Put all of it into the scene, the result itself first.

        Raises:
            PanelError: an input or the output has gone; the scene is unchanged.
        """
        self.check()
        results = []
        made_of, self._made = self._made, {}
        base = self.original.name
        if self.output is not None:
            base = kept_name(self.output, base)
            remove_maps(self.output, self.inputs.values())
        for kind, made in made_of.items():
            output = self.output if not results else None
            node = place_volume(self.original, made.array, result_name(base, kind), output)
            mark(node, made.provenance)
            # A result under a user's name is not named after what is noted, and stays so.
            note_name(node, base if results else self.original.name)
            results.append(node)
        belong_to(results[0], results[1:])
        return results
