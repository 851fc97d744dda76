"""Stand-ins for Slicer's widgets that show the MRML scene. The scene itself is the real one."""
