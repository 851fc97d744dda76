# Slicer writes the extension's description from these.
foreach(name HOMEPAGE CATEGORY CONTRIBUTORS DESCRIPTION ICONURL DEPENDS)
  if(NOT EXTENSION_${name})
    message(FATAL_ERROR "EXTENSION_${name} is not set")
  endif()
  file(APPEND ${CMAKE_BINARY_DIR}/description.txt "${name} ${EXTENSION_${name}}\n")
endforeach()
