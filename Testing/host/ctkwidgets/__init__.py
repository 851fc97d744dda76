"""Stand-ins for the widgets of the Common Toolkit that modules for Slicer use."""
