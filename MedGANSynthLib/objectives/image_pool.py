"""The history of fakes that CycleGAN's discriminators also see (Zhu et al. 2017, section 4)."""

import torch
from torch import Tensor

from ..collective import gathered, own


class ImagePool:
    """Keeps up to `size` past fakes; each query swaps half of its images for older ones.

    After Shrivastava et al. 2017. Random choices come from torch's global generator, so that they
    resume with it. All ranks keep the same pool, of the fakes of all of them. With size 0 queries
    come back unchanged.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self.images: list[Tensor] = []

    def query(self, images: Tensor) -> Tensor:
        """Shape: `[batch, channel, ...]` in and out; the result carries no graph."""
        images = images.detach()
        if self.size == 0:
            return images
        chosen = []
        for image in gathered(images):
            if len(self.images) < self.size:
                self.images.append(image.clone())
                chosen.append(image)
            elif torch.rand(()) < 0.5:
                index = int(torch.randint(self.size, ()))
                chosen.append(self.images[index])
                self.images[index] = image.clone()
            else:
                chosen.append(image)
        return own(torch.stack(chosen))

    def state_dict(self) -> dict[str, Tensor]:
        """Tensors for a checkpoint."""
        return {"images": torch.stack(self.images)} if self.images else {}

    def load_state_dict(self, state: dict[str, Tensor]) -> None:
        """Restore what `state_dict` gave."""
        self.images = list(state.get("images", ()))
