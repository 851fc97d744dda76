"""MedGANSynth: synthetic medical volumes from generative adversarial networks.

Research only, not for diagnosis. Importing the package costs nothing: torch, MONAI and the
image readers are imported by the functions that need them.
"""

__version__ = "0.1.0"
