"""Requests about model packages."""

import dataclasses
from pathlib import Path

from .task import MODEL, Task, field


@dataclasses.dataclass(frozen=True, kw_only=True)
class ModelsList(Task):
    """List the model packages that ship and the user's own."""

    command = "models list"
    function = "models.commands:list_models"


@dataclasses.dataclass(frozen=True, kw_only=True)
class ModelsShow(Task):
    """Show a model's card."""

    command = "models show"
    function = "models.commands:show_model"

    model: str = field(MODEL, positional=True)


@dataclasses.dataclass(frozen=True, kw_only=True)
class ModelsVerify(Task):
    """Check a package: hashes, schema, shapes, finite weights, one forward pass."""

    command = "models verify"
    function = "models.commands:verify_model"

    model: str = field(MODEL, positional=True)


@dataclasses.dataclass(frozen=True, kw_only=True)
class ModelsAdd(Task):
    """Verify a package (folder or zip) and copy it into the user's catalogue."""

    command = "models add"
    function = "models.commands:add_model"

    package: Path = field("package folder or zip", positional=True)
    name: str = field("catalogue name of the copy (default: the package's own)", "")
    overwrite: bool = field("replace a package of the same name", False)


@dataclasses.dataclass(frozen=True, kw_only=True)
class ModelsRemove(Task):
    """Remove a package from the user's catalogue."""

    command = "models remove"
    function = "models.commands:remove_model"

    name: str = field("catalogue name", positional=True)


@dataclasses.dataclass(frozen=True, kw_only=True)
class ModelsExport(Task):
    """Make a model package of a Run."""

    command = "models export"
    function = "models.making:export_run"

    run: Path = field("the Run folder", positional=True)
    out: Path = field("package folder, or a name ending in .zip", short="-o")
    name: str = field("catalogue name of the model")
    title: str = field("one line for people", "")
    card: Path | None = field("TOML file with licence, data, intended use, limits, quality", None)
    checkpoint: str = field("best, last or previous", "best")
    half: bool = field("store the weights in half precision", False)
    overwrite: bool = field("replace an existing package", False)


@dataclasses.dataclass(frozen=True, kw_only=True)
class ModelsImport(Task):
    """Make a model package of another project's weights."""

    command = "models import"
    function = "models.making:import_weights"

    weights: Path = field("state dict (.pth) of a trained generator", positional=True)
    architecture: str = field("resnet_9blocks or unet_256 (pytorch-CycleGAN-and-pix2pix)")
    out: Path = field("package folder, or a name ending in .zip", short="-o")
    name: str = field("catalogue name of the model")
    source: str = field("modality that goes in", "t1")
    target: str = field("modality that comes out", "t2")
    reverse: Path | None = field("weights of the opposite direction, same architecture", None)
    spacing: float | None = field("in-plane spacing in mm it was trained at", None)
    licence: str = field("licence of the weights", "unknown")
    overwrite: bool = field("replace an existing package", False)


@dataclasses.dataclass(frozen=True, kw_only=True)
class ModelsImportAlphaWGAN(Task):
    """Make a model package of a generator trained with the published alpha-WGAN code."""

    command = "models import-alpha-wgan"
    function = "models.alpha_wgan:import_alpha_wgan"

    weights: Path = field("the generator's state dict, such as G_iter200000.pth", positional=True)
    encoder: Path | None = field("the encoder's state dict, such as E_iter200000.pth", None)
    out: Path = field("package folder, or a name ending in .zip", short="-o")
    name: str = field("catalogue name of the model")
    modality: str = field("what it was trained on", "t2")
    spacing: tuple[float, ...] = field("voxel sides in mm, three numbers")
    crop: tuple[int, ...] = field("voxels without the padding, such as 64 64 40", ())
    licence: str = field("licence of the weights", "unknown")
    overwrite: bool = field("replace an existing package", False)


@dataclasses.dataclass(frozen=True, kw_only=True)
class ModelsBundle(Task):
    """Write a MONAI bundle of one direction of a package."""

    command = "models bundle"
    function = "models.commands:write_bundle"

    model: str = field(MODEL, positional=True)
    out: Path = field("bundle folder to write", short="-o")
    direction: str | None = field("one of the model's directions", None)
    overwrite: bool = field("replace an existing bundle", False)


@dataclasses.dataclass(frozen=True, kw_only=True)
class ModelsQuality(Task):
    """Write a package again with the figures of an evaluation in its manifest and card."""

    command = "models quality"
    function = "models.quality:record_quality"

    model: str = field(MODEL, positional=True)
    evaluation: Path = field("folder that an `evaluate` command wrote, or its quality.json")
    out: Path = field("package folder, or a name ending in .zip", short="-o")
    replace: bool = field("drop the figures that the package has", False)
    overwrite: bool = field("replace an existing package", False)
