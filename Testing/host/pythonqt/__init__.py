"""PySide6 bent to the rules of PythonQt, the binding that Slicer uses."""
