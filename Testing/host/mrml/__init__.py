"""The genuine MRML scene and logics of slicer-core, put together as Slicer does at its start."""
