# Providers in shared libraries that a program loads while it runs
# (<capstan/providers/provider_library.hpp>).
#
# capstan_enable_provider_libraries(program): the program offers all of Capstan's symbols to them.
#
# capstan_add_provider_library(name source ...): such a library. Where Capstan is a static library,
# it brings no copy of its own but takes Capstan from the program: two copies would not know each
# other's event loops and errors.
function(capstan_enable_provider_libraries program)
  set_target_properties(${program} PROPERTIES ENABLE_EXPORTS ON)
  target_link_libraries(${program} PRIVATE capstan::core capstan::providers)
  get_target_property(type capstan::core TYPE)
  if(type STREQUAL "STATIC_LIBRARY")
    # All of it, not only what the program itself uses. (CMake's own WHOLE_ARCHIVE would take core
    # twice, because providers depend on it.)
    set(files $<TARGET_FILE:capstan::core> $<TARGET_FILE:capstan::providers>)
    set_property(TARGET ${program} APPEND PROPERTY LINK_DEPENDS ${files})
    list(JOIN files "," files)
    target_link_options(${program} PRIVATE LINKER:--whole-archive,${files},--no-whole-archive)
  endif()
endfunction()

function(capstan_add_provider_library name)
  add_library(${name} MODULE ${ARGN})
  get_target_property(type capstan::core TYPE)
  if(type STREQUAL "STATIC_LIBRARY")
    foreach(property IN ITEMS INCLUDE_DIRECTORIES COMPILE_DEFINITIONS COMPILE_OPTIONS)
      set_property(TARGET ${name} APPEND PROPERTY ${property}
        $<TARGET_PROPERTY:capstan::providers,INTERFACE_${property}>)
    endforeach()
  else()
    target_link_libraries(${name} PRIVATE capstan::providers)
  endif()
  target_compile_features(${name} PRIVATE cxx_std_20)
  set_target_properties(${name} PROPERTIES CXX_EXTENSIONS OFF)
endfunction()
