"""`medgansynth models import-alpha-wgan`: weights of the published code, in either repository.

Files of ShadowTwin41/alpha-WGAN-SigmaRat and of cyclomon/3dbraingen hold state dicts of the same
layer names. In the first the files `WGAN_SigmaRat1.py` and `WGAN_SigmaRat2.py` have each other's
names, so that what a checkpoint is called says nothing: the networks are told by their tensors.
"""

from pathlib import Path
from typing import Any

import torch

from .. import schema
from ..errors import MedGANSynthError
from ..events import Events
from ..networks.registry import build_network
from .importers import State, load_state_dict
from .manifest import Manifest, NetworkSpec
from .package import NO_WEIGHTS, write_package
from .weights import check_shapes, shapes_of

LEVELS = 4


def import_alpha_wgan(
    weights: Path,
    encoder: Path | None,
    out: Path,
    name: str,
    modality: str,
    spacing: tuple[float, ...],
    crop: tuple[int, ...],
    licence: str,
    overwrite: bool,
    events: Events,
) -> dict[str, Any]:
    """Make a package that computes what the published generator and encoder compute.

    Their intensities were scaled by each scan's own extremes: 0 to 1 stands for -1 to 1.

    Raises:
        MedGANSynthError: not such state dicts, or wrong numbers in the request.
    """
    if len(spacing) != 3 or len(crop) not in (0, 3):
        raise MedGANSynthError("--spacing and --crop: give three numbers each, one for each axis.")
    if not all(0.01 <= side <= 100 for side in spacing):
        shown = " ".join(f"{side:g}" for side in spacing)
        raise MedGANSynthError(f"--spacing {shown}: must lie between 0.01 and 100 mm.")
    events.warning(
        f"{weights}: nothing is known of these weights but what you were told; measure the model "
        "on your own data before you rely on it."
    )
    networks = {"generator": read_generator(weights)}
    options = networks["generator"][0].options
    if any(not 1 <= kept <= side for kept, side in zip(crop, options["size"], strict=False)):
        raise MedGANSynthError(
            f"--crop {' '.join(map(str, crop))}: the network makes {_by(options['size'])} voxels; "
            "keep as many or fewer."
        )
    if encoder is not None:
        networks["encoder"] = read_encoder(encoder, bool(options["spectral"]))
        theirs = networks["encoder"][0].options
        if (theirs["outputs"], theirs["size"]) != (options["latent"], options["size"]):
            raise MedGANSynthError(
                f"{encoder}: encodes {_by(theirs['size'])} voxels into {theirs['outputs']} "
                f"numbers, but the generator makes {_by(options['size'])} of "
                f"{options['latent']}; they do not belong together."
            )
    plain = {
        "format": 1,
        "name": name,
        "title": f"{modality}: imported alpha-WGAN generator",
        "version": "1.0",
        "system": "imported",
        "kind": "generate",
        "networks": {role: schema.to_dict(spec) for role, (spec, _) in networks.items()},
        "directions": {},
        "generation": {
            "generator": "generator",
            "encoder": "encoder" if encoder is not None else None,
            "latent": options["latent"],
            "output": {
                "modality": modality,
                "reference_range": [0.0, 1.0],
                "unit": "share of the scan's range",
            },
            "crop": list(crop) or options["size"],
        },
        "grid": {
            "orientation": "RAS",
            "spacing": [[side, side] for side in spacing],
            "size": options["size"],
        },
        "intensity": {},
        "training": {"data": "unknown (imported weights)", "data_licence": "unknown"},
        "licence": licence,
        "intended_use": "Research on synthetic images.",
        "limits": "Imported from the published alpha-WGAN code; not examined.",
        "weights_sha256": NO_WEIGHTS,
    }
    manifest = schema.from_dict(Manifest, plain, "import")
    states = {role: state for role, (_, state) in networks.items()}
    write_package(out, manifest, states, overwrite=overwrite)
    return {"text": f"{out}: written, verified", "outputs": [str(out)]}


def read_generator(path: Path) -> tuple[NetworkSpec, State]:
    """A generator's state dict in our registry's terms.

    Batch norm is Kwon's and rectifies with ReLU; spectral norm is SigmaRat1's as its paper names
    it; neither is SigmaRat2's.

    Raises:
        MedGANSynthError: not plain tensors, or not this generator.
    """
    state = load_state_dict(path)
    first, last = (_weight(state, f"tp_conv{n}", path) for n in (1, LEVELS + 1))
    batch = "bn1.weight" in state
    options = {
        "latent": first.shape[0],
        "size": [16 * side for side in first.shape[2:]],
        "channels": last.shape[0],
        "width": first.shape[1] // 2 ** (LEVELS - 1),
        "norm": "batch" if batch else "instance-plain",
        "slope": 0.0 if batch else 0.01,
        "spectral": "tp_conv1.weight_orig" in state,
    }
    names = {f"tp_conv{n}": f"layers.{n - 1}" for n in range(1, LEVELS + 2)}
    names |= {f"bn{n}": f"norms.{n - 1}" for n in range(1, LEVELS + 1)}
    return _check(path, NetworkSpec("alpha-generator", options), state, names)


def read_encoder(path: Path, spectral_generator: bool) -> tuple[NetworkSpec, State]:
    """An encoder's state dict in our registry's terms.

    Instance norm has no tensors. An encoder under spectral norm has it if its generator is under
    spectral norm as well (SigmaRat1); beside another generator it is the discriminator without
    norms, which the published notebook takes for an encoder there.

    Raises:
        MedGANSynthError: not plain tensors, or not this encoder.
    """
    state = load_state_dict(path)
    first, last = (_weight(state, f"conv{n}", path) for n in (1, LEVELS + 1))
    spectral = "conv1.weight_orig" in state
    norm = "none" if spectral and not spectral_generator else "instance-plain"
    options = {
        "size": [16 * side for side in last.shape[2:]],
        "channels": first.shape[1],
        "outputs": last.shape[0],
        "width": first.shape[0],
        "norm": "batch" if "bn2.weight" in state else norm,
        "spectral": spectral,
    }
    names = {f"conv{n}": f"layers.{n - 1}" for n in range(1, LEVELS + 2)}
    names |= {f"bn{n}": f"norms.{n - 1}" for n in range(2, LEVELS + 1)}
    return _check(path, NetworkSpec("alpha-critic", options), state, names)


_SPECTRAL = {
    "weight_orig": "parametrizations.weight.original",
    "weight_u": "parametrizations.weight.0.u",
    "weight_v": "parametrizations.weight.0.v",
}


def _ours(key: str, layers: dict[str, str]) -> str:
    layer, _, what = key.rpartition(".")
    return f"{layers.get(layer, layer)}.{_SPECTRAL.get(what, what)}"


def _weight(state: State, layer: str, path: Path) -> torch.Tensor:
    for key in (f"{layer}.weight", f"{layer}.weight_orig"):
        if key in state and state[key].ndim == 5:
            return state[key]
    raise MedGANSynthError(
        f"{path}: is not a network of the published alpha-WGAN code ({layer}.weight is missing)."
    )


def _check(
    path: Path, spec: NetworkSpec, state: State, layers: dict[str, str]
) -> tuple[NetworkSpec, State]:
    """The state under our names; what does not fit is told in the published ones."""
    with torch.device("meta"):
        network = build_network(spec.architecture, spec.options, str(path))
    published = {ours: theirs for theirs, ours in layers.items()}
    spectral = {ours: theirs for theirs, ours in _SPECTRAL.items()}
    wanted = {}
    for key, shape in shapes_of(network).items():
        layer = next((layer for layer in published if key.startswith(f"{layer}.")), "")
        what = key.removeprefix(f"{layer}.")
        wanted[f"{published.get(layer, layer)}.{spectral.get(what, what)}"] = shape
    check_shapes(path, {key: tuple(t.shape) for key, t in state.items()}, wanted)
    return spec, {_ours(key, layers): tensor for key, tensor in state.items()}


def _by(size: list[int]) -> str:
    return "x".join(map(str, size))
