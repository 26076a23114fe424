# Settings that every target of the project shares.
function(capstan_target_defaults target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual)
  # GCC's flow analyses report false positives inside Boost and the standard library.
  target_compile_options(${target} PRIVATE
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized -Wno-free-nonheap-object -Wno-restrict
      -Wno-stringop-overflow -Wno-stringop-overread -Wno-array-bounds -Wno-dangling-pointer
      -Wno-mismatched-new-delete>)
  if(CAPSTAN_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
endfunction()
