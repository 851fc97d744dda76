"""`slicer.parameterNodeWrapper`: typed parameters kept in a vtkMRMLScriptedModuleNode."""
