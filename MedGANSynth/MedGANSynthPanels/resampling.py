"""A volume at the voxels of another one, as the library resamples files."""

import numpy as np
import slicer
import vtk
from vtk.util.numpy_support import vtk_to_numpy

from MedGANSynthLib.volume.smoothing import smoothing

from .geometry import shape_of


def resampled(node, there: np.ndarray, reference, here: np.ndarray) -> np.ndarray:
    """`node` at the voxels of `reference`, float32 [k, j, i]; its minimum outside of it.

    Linear, after smoothing along the axes that become coarser.

    Args:
        there, here: voxel index to world of `node` and of `reference`.
    """
    image, index = node.GetImageData(), np.linalg.solve(there, here)
    reslice = vtk.vtkImageReslice()
    reslice.SetInputData(_smoothed(image, np.linalg.norm(index[:3, :3], axis=1)))
    reslice.SetResliceAxes(slicer.util.vtkMatrixFromArray(index))
    reslice.SetOutputOrigin(0, 0, 0)
    reslice.SetOutputSpacing(1, 1, 1)
    reslice.SetOutputExtent(*(v for n in shape_of(reference) for v in (0, n - 1)))
    reslice.SetInterpolationModeToLinear()
    reslice.SetOutputScalarType(vtk.VTK_FLOAT)
    reslice.SetBackgroundLevel(image.GetScalarRange()[0])
    reslice.Update()
    result = reslice.GetOutput()
    values = vtk_to_numpy(result.GetPointData().GetScalars())
    return values.reshape(result.GetDimensions()[::-1])


def _smoothed(image, steps: np.ndarray):
    """To the resolution of a coarser grid.

    Args:
        steps: how far a voxel of that grid moves along each axis of the image, in its voxels.
    """
    counts = image.GetDimensions()
    sigmas = [smoothing(s) if n > 1 else 0.0 for s, n in zip(steps, counts, strict=True)]
    if not any(sigmas):
        return image
    cast, smooth = vtk.vtkImageCast(), vtk.vtkImageGaussianSmooth()
    cast.SetInputData(image)
    cast.SetOutputScalarTypeToFloat()
    smooth.SetInputConnection(cast.GetOutputPort())
    smooth.SetStandardDeviations(*sigmas)
    smooth.SetRadiusFactors(4, 4, 4)
    smooth.Update()
    return smooth.GetOutput()
