"""The panels of the Slicer module, and what they share. Never imports torch or monai."""
