"""A segmentation network that is trained for a number of steps, whatever the number of images."""

from collections.abc import Callable

import numpy as np
import torch
from torch import nn

from ..errors import MedGANSynthError

LEARNING_RATE = 1e-3
WIDTHS = (1, 2, 4, 8)

Augment = Callable[[torch.Tensor, torch.Tensor], tuple[torch.Tensor, torch.Tensor]]


def build_segmenter(classes: int, width: int) -> nn.Module:
    """MONAI's residual U-Net for images `[batch, 1, rows, cols]`; background and `classes` out."""
    from monai.networks.nets import UNet

    return UNet(
        spatial_dims=2,
        in_channels=1,
        out_channels=classes + 1,
        channels=tuple(width * w for w in WIDTHS),
        strides=(2,) * (len(WIDTHS) - 1),
        num_res_units=1,
        norm="instance",
    )


def train_segmenter(
    images: np.ndarray,
    labels: np.ndarray,
    *,
    classes: int,
    width: int,
    steps: int,
    batch: int,
    seed: int,
    device: torch.device,
    augment: Augment | None = None,
    on_step: Callable[[int], None] = lambda step: None,
) -> nn.Module:
    """Dice and cross-entropy, Adam, cosine decay; the same steps for few and many images.

    Args:
        images: `[n, rows, cols]` in [-1, 1].
        labels: the same shape, 0 to `classes`.
        augment: changes a batch of images and labels at random.
        on_step: is told the number of each step.

    Raises:
        MedGANSynthError: no images; a loss that is not finite.
    """
    from monai.losses import DiceCELoss

    if not len(images):
        raise MedGANSynthError("there are no images to train the segmentation network on.")
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    network = build_segmenter(classes, width).to(device).train()
    loss_of = DiceCELoss(to_onehot_y=True, softmax=True)
    optimizer = torch.optim.Adam(network.parameters(), lr=LEARNING_RATE)
    decay = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    x, y = torch.from_numpy(images).float()[:, None], torch.from_numpy(labels).long()[:, None]
    for step in range(steps):
        on_step(step)
        chosen = torch.from_numpy(rng.integers(0, len(x), batch))
        image, label = x[chosen], y[chosen]
        if augment is not None:
            image, label = augment(image, label)
        loss = loss_of(network(image.to(device)), label.to(device))
        if not torch.isfinite(loss):
            raise MedGANSynthError(f"the segmentation network diverged at step {step}.")
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        decay.step()
    return network.eval()


@torch.inference_mode()
def segment(network: nn.Module, images: np.ndarray, device: torch.device) -> np.ndarray:
    """Labels `[n, rows, cols]` of images in [-1, 1]."""
    x = torch.from_numpy(images).float()[:, None]
    parts = [network(part.to(device)).argmax(1).cpu() for part in x.split(16)]
    return torch.cat(parts).numpy()


class Classical:
    """Rotation, scaling and shift of both, brightness, contrast and noise of the image alone."""

    DEGREES, SCALE, SHIFT = 20.0, 0.15, 0.1
    CONTRAST, BRIGHTNESS, NOISE = 0.2, 0.1, 0.05

    def __init__(self, seed: int) -> None:
        self.random = torch.Generator().manual_seed(seed)

    def __call__(
        self, images: torch.Tensor, labels: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        n = len(images)
        angle = torch.deg2rad(self.DEGREES * self._uniform(n))
        size = 1 + self.SCALE * self._uniform(n)
        theta = torch.zeros(n, 2, 3)
        theta[:, 0, 0] = theta[:, 1, 1] = torch.cos(angle) / size
        theta[:, 1, 0] = torch.sin(angle) / size
        theta[:, 0, 1] = -theta[:, 1, 0]
        theta[:, :, 2] = self.SHIFT * self._uniform(n, 2)
        grid = nn.functional.affine_grid(theta, list(images.shape), align_corners=False)
        moved = nn.functional.grid_sample(images + 1, grid, align_corners=False) - 1
        mask = nn.functional.grid_sample(labels.float(), grid, mode="nearest", align_corners=False)
        shade = (n, 1, 1, 1)
        moved = moved * (1 + self.CONTRAST * self._uniform(*shade))
        moved = moved + self.BRIGHTNESS * self._uniform(*shade)
        moved = moved + self.NOISE * torch.randn(moved.shape, generator=self.random)
        return moved.clamp(-1, 1), mask.long()

    def _uniform(self, *shape: int) -> torch.Tensor:
        return 2 * torch.rand(*shape, generator=self.random) - 1
