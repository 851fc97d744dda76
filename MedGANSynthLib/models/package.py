"""A model package: `model.json`, `weights.safetensors`, `MODEL_CARD.md` and `preview.png`.

As a folder or as a zip of it. It holds no code: the networks are rebuilt from registered
architectures, and the weights are plain tensors whose hash, shapes and values are checked.
"""

import dataclasses
import json
import math
import tempfile
from collections.abc import Mapping
from pathlib import Path

import torch

from .. import __version__
from ..errors import MedGANSynthError
from ..files import whole_folder
from ..networks.registry import build_network
from ..schema import from_dict, to_dict
from .archive import pack
from .card import render_card
from .catalogue import CARD, MANIFEST, PREVIEW, WEIGHTS
from .located import Located, locate
from .manifest import Direction, Manifest
from .weights import check_shapes, read_header, read_tensors, sha256_file, shapes_of, write_weights

NO_WEIGHTS = "0" * 64
"""`Manifest.weights_sha256` before `write_package` fills it in."""

MAX_SMOKE_VOXELS = 2**22
SMOKE_SIDE = 32


@dataclasses.dataclass(frozen=True)
class Package:
    """An opened package whose manifest and weights' hash are already checked.

    Attributes:
        manifest: what `model.json` says.
        folder: where its files are; of a zip, a temporary folder that lives as long as this object.
    """

    manifest: Manifest
    folder: Path
    _unpacked: tempfile.TemporaryDirectory | None = dataclasses.field(default=None, repr=False)

    @property
    def sha256(self) -> str:
        """Hash of the weights, as provenance records it."""
        return self.manifest.weights_sha256

    def load_network(self, name: str, device: str | torch.device = "cpu") -> torch.nn.Module:
        """The network `name`, float32, in evaluation mode, without gradients.

        Raises:
            MedGANSynthError: no such network; shapes unlike its architecture's; values not finite.
        """
        if name not in self.manifest.networks:
            known = ", ".join(self.manifest.networks)
            raise MedGANSynthError(f"{self.manifest.name}: no network {name!r}; it has {known}.")
        spec = self.manifest.networks[name]
        weights = self.folder / WEIGHTS
        with torch.device("meta"):
            where = f"{self.folder / MANIFEST}: networks.{name}"
            network = build_network(spec.architecture, spec.options, where)
        declared = read_header(weights)
        shapes = {
            k.removeprefix(spec.prefix): info.shape
            for k, info in declared.items()
            if k.startswith(spec.prefix)
        }
        check_shapes(weights, shapes, shapes_of(network))
        network.load_state_dict(read_tensors(weights, spec.prefix), assign=True)
        return network.requires_grad_(False).eval().to(device)

    def direction(self, name: str | None) -> str:
        """The direction `name`; None is the first.

        Raises:
            MedGANSynthError: there is no such direction.
        """
        known = list(self.manifest.directions)
        if name is None and known:
            return known[0]
        if not known:
            raise MedGANSynthError(
                f"{self.manifest.name}: translates nothing; it is for `medgansynth generate`."
            )
        if name not in known:
            raise MedGANSynthError(
                f"{self.manifest.name}: no direction {name!r}; it has {', '.join(known) or 'none'}."
            )
        return name

    def verify(self) -> list[dict[str, object]]:
        """Load every network and run every direction once on a small image, a ramp.

        Returns:
            One row for each network: name, architecture, parameters, check.

        Raises:
            MedGANSynthError: the first thing that is wrong.
        """
        rows = []
        for name, spec in self.manifest.networks.items():
            network = self.load_network(name)
            directions = [d for d in self.manifest.directions.values() if d.network == name]
            for direction in directions:
                self._smoke(network, direction)
            generates = self._smoke_generation(name, network)
            rows.append(
                {
                    "network": name,
                    "architecture": spec.architecture,
                    "parameters": sum(p.numel() for p in network.parameters()),
                    "check": "loads and runs" if directions or generates else "loads",
                }
            )
        return rows

    @torch.inference_mode()
    def _smoke_generation(self, name: str, network: torch.nn.Module) -> bool:
        """Run `network` once if it is the generator or its encoder: finite, of the right shape."""
        generation = self.manifest.generation
        if generation is None or name not in (generation.generator, generation.encoder):
            return False
        code = (1, generation.latent)
        volume = generation.output_shape(self.manifest.grid.size)
        given, wanted = (code, volume) if name == generation.generator else (volume, code)
        if math.prod(volume) > MAX_SMOKE_VOXELS:
            raise MedGANSynthError(f"{self.folder / MANIFEST}: grid.size is too large.")
        try:
            output = network(torch.linspace(-1, 1, math.prod(given)).view(given))
        except (RuntimeError, ValueError, IndexError, TypeError) as error:
            raise MedGANSynthError(
                f"{self.folder / MANIFEST}: network {name} cannot take its declared input of "
                f"{' x '.join(map(str, given))} ({str(error).splitlines()[0]})."
            ) from None
        if output.shape != wanted or not torch.isfinite(output).all():
            raise MedGANSynthError(
                f"{self.folder}: network {name} does not give finite numbers of the declared "
                f"shape {' x '.join(map(str, wanted))}; the package is unusable."
            )
        return True

    @torch.inference_mode()
    def _smoke(self, network: torch.nn.Module, direction: Direction) -> None:
        """One forward pass gives finite values on the input's grid, for one or all its slices."""
        axes = 2 if direction.slices else 3
        channels = len(direction.inputs) * (direction.slices or 1)
        least = max(SMOKE_SIDE, getattr(network, "smallest", 1))
        size = [m * -(-least // m) for m in self.manifest.grid.multiple[:axes]]
        if math.prod(size) > MAX_SMOKE_VOXELS:
            raise MedGANSynthError(f"{self.folder / MANIFEST}: grid.multiple is too large.")
        ramp = torch.linspace(-1, 1, channels * math.prod(size)).view(1, channels, *size)
        try:
            output = network(ramp)
        except (RuntimeError, ValueError, IndexError, TypeError) as error:
            raise MedGANSynthError(
                f"{self.folder / MANIFEST}: network {direction.network} cannot take its declared "
                f"input of {channels} channels and {size} voxels ({str(error).splitlines()[0]})."
            ) from None
        channels_out = {1, max(direction.slices, 1)}
        expected = [(1, c, *size) for c in channels_out]
        if output.shape not in expected or not torch.isfinite(output).all():
            raise MedGANSynthError(
                f"{self.folder}: network {direction.network} does not give a finite image of its "
                "input's size; the package is unusable."
            )


def open_package(name_or_path: str | Path) -> Package:
    """Open a package by catalogue name, folder or zip, and check its manifest and hash.

    Raises:
        MedGANSynthError: no such package, or what is wrong with it.
    """
    return open_located(locate(name_or_path))


def open_located(found: Located) -> Package:
    """Check the hash of a package that was located.

    Raises:
        MedGANSynthError: damaged or changed weights.
    """
    weights = found.folder / WEIGHTS
    read_header(weights)
    if sha256_file(weights) != found.manifest.weights_sha256:
        raise MedGANSynthError(
            f"{weights}: its SHA-256 is not the one in {MANIFEST}: damaged or changed; get a fresh "
            "copy."
        )
    return Package(found.manifest, found.folder, found.unpacked)


def write_package(
    path: Path,
    manifest: Manifest,
    networks: Mapping[str, Mapping[str, torch.Tensor]],
    card: str | None = None,
    preview: bytes | Path | None = None,
    half: bool = False,
    overwrite: bool = False,
) -> Package:
    """Write a package as the folder `path`, or as a zip if the name ends in ".zip".

    The tensors' prefixes, `weights_sha256` and `made_with` are filled in here. Before anything
    appears at `path`, every network is loaded back and every direction run once.

    Args:
        networks: state dict for each key of `manifest.networks`.
        card: text of `MODEL_CARD.md`; None renders it from the manifest.
        preview: a PNG file or its bytes.
        half: store floating point in half precision (it is computed in float32 all the same).

    Raises:
        MedGANSynthError: `path` exists; weights that do not fit or are not finite; disk full.
    """
    path = Path(path)
    if path.exists() and not overwrite:
        raise MedGANSynthError(f"{path}: exists already; choose another name or pass --overwrite.")
    if set(networks) != set(manifest.networks):
        raise MedGANSynthError(
            f"{path}: the networks {sorted(networks)} are not those of the manifest, "
            f"{sorted(manifest.networks)}."
        )
    if path.suffix.lower() == ".zip":
        with tempfile.TemporaryDirectory(prefix="medgansynth-") as unpacked:
            folder = Path(unpacked) / manifest.name
            with whole_folder(folder) as temporary:
                _fill(temporary, manifest, networks, card, preview, half)
            pack(folder, path)
    else:
        with whole_folder(path, overwrite) as temporary:
            _fill(temporary, manifest, networks, card, preview, half)
    return open_package(path.absolute())


def _fill(
    folder: Path,
    manifest: Manifest,
    networks: Mapping[str, Mapping[str, torch.Tensor]],
    card: str | None,
    preview: bytes | Path | None,
    half: bool,
) -> None:
    """Write the four files into `folder` and prove that they load and run."""
    tensors = {f"{n}.{k}": t for n, state in networks.items() for k, t in state.items()}
    write_weights(folder / WEIGHTS, tensors, half)
    manifest = dataclasses.replace(
        manifest,
        networks={
            n: dataclasses.replace(spec, prefix=f"{n}.") for n, spec in manifest.networks.items()
        },
        weights_sha256=sha256_file(folder / WEIGHTS),
        made_with=f"medgansynth {__version__}",
    )
    plain = to_dict(manifest)
    from_dict(Manifest, plain, MANIFEST)
    (folder / MANIFEST).write_text(json.dumps(plain, indent=1) + "\n", encoding="utf-8")
    (folder / CARD).write_text(card or render_card(manifest), encoding="utf-8")
    if preview is not None:
        image = preview if isinstance(preview, bytes) else Path(preview).read_bytes()
        (folder / PREVIEW).write_bytes(image)
    open_package(folder).verify()
