import nibabel as nib
import numpy as np
import pytest


@pytest.fixture
def image():
    """Writes a tiny NIfTI; `value` tells files apart."""

    def write(path, value=0):
        path.parent.mkdir(parents=True, exist_ok=True)
        nib.save(nib.Nifti1Image(np.full((2, 2, 2), value, np.int16), np.eye(4)), path)
        return path

    return write


@pytest.fixture
def warnings():
    """An Events that keeps the warnings."""
    from MedGANSynthLib.events import Events

    class Kept(Events):
        def __init__(self):
            super().__init__()
            self.texts = []

        def emit(self, event, **fields):
            if event == "warning":
                self.texts.append(fields["text"])

    return Kept()
