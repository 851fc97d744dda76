"""Architectures by name: the only way from a file to a network."""

import importlib

from torch import nn

from .. import schema
from ..errors import MedGANSynthError

# name -> module of this folder, network class, options class
ARCHITECTURES: dict[str, tuple[str, str, str]] = {
    "alpha-critic": ("alpha_critic", "AlphaCritic", "AlphaCriticOptions"),
    "alpha-generator": ("alpha_generator", "AlphaGenerator", "AlphaGeneratorOptions"),
    "cine-dcgan-critic": ("cine_dcgan", "CineDCGANCritic", "CineDCGANCriticOptions"),
    "cine-dcgan-generator": ("cine_dcgan", "CineDCGANGenerator", "CineDCGANOptions"),
    "code-critic": ("code_critic", "CodeCritic", "CodeCriticOptions"),
    "dcgan-critic": ("dcgan", "DCGANCritic", "DCGANCriticOptions"),
    "dcgan-generator": ("dcgan", "DCGANGenerator", "DCGANOptions"),
    "patchgan": ("patchgan", "PatchGAN", "PatchGANOptions"),
    "progan-critic": ("progan", "ProGANCritic", "ProGANCriticOptions"),
    "progan-generator": ("progan", "ProGANGenerator", "ProGANOptions"),
    "resnet": ("resnet", "ResNet", "ResNetOptions"),
    "resnet-colour": ("colour", "ColourResNet", "ResNetOptions"),
    "scgan-discriminator": (
        "scgan_discriminator",
        "SCGANDiscriminator",
        "SCGANDiscriminatorOptions",
    ),
    "scgan-generator": ("scgan_generator", "SCGANGenerator", "SCGANGeneratorOptions"),
    "srresnet-critic": ("srresnet", "SRResNetCritic", "SRResNetCriticOptions"),
    "srresnet-generator": ("srresnet", "SRResNetGenerator", "SRResNetOptions"),
    "unet-pix2pix": ("unet_pix2pix", "UNetPix2Pix", "UNetPix2PixOptions"),
    "unet-pix2pix-colour": ("colour", "ColourUNetPix2Pix", "UNetPix2PixOptions"),
    "unet-small": ("unet_small", "UNetSmall", "UNetSmallOptions"),
    "unet256": ("unet256", "UNet256", "UNet256Options"),
}


def build_network(architecture: str, options: dict, where: str) -> nn.Module:
    """Build a network with fresh weights.

    Args:
        architecture: a key of `ARCHITECTURES`.
        options: plain values, checked against the architecture's closed options dataclass.
        where: names the file and key in errors.

    Raises:
        MedGANSynthError: unknown architecture or option, wrong type, out of range.
    """
    if architecture not in ARCHITECTURES:
        known = ", ".join(sorted(ARCHITECTURES))
        raise MedGANSynthError(f"{where}: unknown architecture {architecture!r}; known: {known}.")
    module_name, network_name, options_name = ARCHITECTURES[architecture]
    module = importlib.import_module(f".{module_name}", __package__)
    made = schema.from_dict(getattr(module, options_name), options, f"{where} options")
    return getattr(module, network_name)(made)


def count_parameters(network: nn.Module) -> int:
    """Number of trainable and fixed parameters, buffers not counted."""
    return sum(parameter.numel() for parameter in network.parameters())
