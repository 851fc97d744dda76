"""What is judged: prediction files, a model, baselines. Each turns a case into an array."""

import dataclasses
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from ..data.datalist import Case
from ..errors import MedGANSynthError
from ..events import Events
from ..models.manifest import Manifest
from ..volume.read import read
from ..volume.volume import Volume
from . import regressors
from .averages import MeanImage, RegisteredAverage, make_atlas
from .baselines import VOXELS_PER_CASE, Baseline, Pair, Prepared, draw_samples, prepare
from .cases import FileCase, load_labels, load_mask, require_same_grid
from .regressors import MissingPackage

if TYPE_CHECKING:
    from ..models.package import Package

MAX_TRAINING_VOXELS = 600_000
FITTED = 0.4
"""Share of the progress bar that fitting the baselines takes."""


@dataclasses.dataclass(frozen=True)
class Loaded:
    """One case in memory, everything on the target's grid.

    Attributes:
        inputs: the volumes that go into a method (for prediction files: the prediction itself).
        target: the real volume.
        mask: true inside the organ.
        labels: tissues by number, where the case has a label map.
    """

    inputs: tuple[Volume, ...]
    target: Volume
    mask: np.ndarray
    labels: np.ndarray | None = None

    @cached_property
    def prepared(self) -> Prepared:
        """The baselines' features, computed once."""
        return prepare(self.images, self.mask, self.target.spacing, self.labels)

    @property
    def images(self) -> np.ndarray:
        """All inputs, `[inputs, i, j, k]`."""
        return np.stack([volume.array for volume in self.inputs])


Method = Callable[[Loaded], np.ndarray]


def load_files(case: FileCase, events: Events) -> Loaded:
    """Read a prediction, its target and its mask, and refuse different grids."""
    prediction, target = read(case.prediction), read(case.target)
    _warn(case.name, target, events)
    require_same_grid(prediction, target, f"{case.name}: the prediction {case.prediction.name}")
    mask = load_mask(case.mask, target, case.name, events)
    return Loaded((prediction,), target, mask, load_labels(case.labels, target, case.name))


def load_listed(
    case: Case,
    inputs: Sequence[str],
    target: str,
    mask: str,
    label: str,
    strip: bool,
    events: Events,
) -> Loaded:
    """Read a data list's case; `strip` puts each input's minimum outside the mask."""
    for name in (*inputs, target):
        if name not in case.images:
            raise MedGANSynthError(f"{case.subject}: the data list names no {name}; add it.")
    truth = read(case.images[target], target)
    _warn(case.subject, truth, events)
    inside = load_mask(case.images.get(mask), truth, case.subject, events)
    volumes = []
    for name in inputs:
        volume = read(case.images[name], name)
        require_same_grid(volume, truth, f"{case.subject}: {case.images[name].name}")
        if strip:
            volume = volume.with_array(np.where(inside, volume.array, volume.array.min()))
        volumes.append(volume)
    labels = load_labels(case.images.get(label), truth, case.subject)
    return Loaded(tuple(volumes), truth, inside, labels)


def as_it_is(case: Loaded) -> np.ndarray:
    """The input itself: for prediction files."""
    return case.inputs[0].array


def model_method(package: "Package", direction: str, device: str) -> Method:
    """Translate with one direction of an opened model package, its network loaded once."""
    from ..inference.translate import Translator

    translator = Translator.load(package, direction, device)
    return lambda case: translator.translate(case.inputs).array


def modalities(source: str) -> tuple[str, ...]:
    """What `--source t1,t2` names, each once."""
    return tuple(dict.fromkeys(name.strip() for name in source.split(",")))


def choose_direction(manifest: Manifest, direction: str | None, source: str, target: str) -> str:
    """The named direction of a model, or the one from `source` (or several: t1,t2) to `target`."""
    known = ", ".join(manifest.directions)
    if direction is not None:
        if direction not in manifest.directions:
            raise MedGANSynthError(
                f"{manifest.name}: no direction {direction!r}; it has {known or 'none'}."
            )
        return direction
    for name, found in manifest.directions.items():
        inputs = {port.modality for port in found.inputs}
        if found.output.modality == target and inputs.issuperset(modalities(source)):
            return name
    raise MedGANSynthError(
        f"{manifest.name}: does not translate {source} to {target}; give --direction, one of "
        f"{known or 'none'}."
    )


def fit_baselines(
    training: Sequence[Case],
    load: Callable[[Case], Loaded],
    seed: int,
    events: Events,
) -> dict[str, Method]:
    """The voxel-wise methods and the two averages, fitted on the training people.

    Without scikit-learn the trees are left out with a warning.
    """
    if not training:
        raise MedGANSynthError(
            "the baselines are fitted on the data list's training people, and it names none."
        )
    atlases = []

    def pair(number: int, case: Case) -> Pair:
        events.progress(FITTED * 0.7 * number / len(training), f"baselines: reading {case.subject}")
        loaded = load(case)
        source, target = loaded.inputs[0], loaded.target
        atlases.append(make_atlas(source.array, target.array, loaded.mask, target.affine))
        return Pair(loaded.images, target.array, loaded.mask, source.spacing, loaded.labels)

    samples = draw_samples(
        (pair(number, case) for number, case in enumerate(training)),
        seed,
        max(1, min(VOXELS_PER_CASE, MAX_TRAINING_VOXELS // len(training))),
    )
    methods: dict[str, Method] = {}
    for number, name in enumerate(regressors.NAMES):
        events.progress(FITTED * (0.7 + 0.3 * number / len(regressors.NAMES)), f"fitting {name}")
        try:
            baseline = Baseline(name, samples, seed)
        except MissingPackage as error:
            events.warning(str(error))
            continue
        methods[name] = lambda case, baseline=baseline: baseline.predict(case.prepared)
    mean, registered = MeanImage(atlases), RegisteredAverage(atlases)
    methods["mean-image"] = lambda case: mean.predict(case.mask)
    methods["registered-average"] = lambda case: registered.predict(
        case.inputs[0].array, case.target.affine
    )
    return methods


def _warn(name: str, target: Volume, events: Events) -> None:
    for note in target.notes:
        events.warning(note)
    if target.provenance is not None:
        events.warning(f"{name}: the target is itself synthetic; judge against a real volume.")
