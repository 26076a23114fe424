# Headers of others that most files include, compiled once for the libraries and once for the tests.
# Capstan's own are not among them: a change of one must not compile everything anew.
# Asio, Boost.JSON and the standard library are half of what a file costs without. Builds that
# share the libraries' results by ccache (tests, example, the consumers) precompile for tests only.
set(CAPSTAN_PRECOMPILE "" CACHE STRING
  "What to precompile the headers of Boost, fmt, Catch2 and the standard library for: libraries, tests")

# What ccache needs to share results in spite of it. For those who use them alone: the others share
# theirs with builds that precompile nothing.
set(CAPSTAN_PRECOMPILE_OPTIONS $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>
  "$<$<CXX_COMPILER_ID:Clang>:SHELL:-Xclang -fno-pch-timestamp>")

# capstan_make_precompiled(name header library ...)
function(capstan_make_precompiled name header)
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/${name}.cpp CONTENT "// Carries the headers.\n")
  add_library(${name} OBJECT ${PROJECT_BINARY_DIR}/${name}.cpp)
  target_link_libraries(${name} PRIVATE Boost::headers Boost::json Threads::Threads ${ARGN})
  target_compile_definitions(${name} PRIVATE BOOST_ASIO_SEPARATE_COMPILATION)
  capstan_target_defaults(${name})
  target_compile_options(${name} PRIVATE ${CAPSTAN_PRECOMPILE_OPTIONS})
  target_precompile_headers(${name} PRIVATE ${header})
endfunction()

if("libraries" IN_LIST CAPSTAN_PRECOMPILE)
  capstan_make_precompiled(capstan_library_headers
    ${CMAKE_CURRENT_LIST_DIR}/precompiled/library_headers.hpp fmt::fmt)
endif()
if("tests" IN_LIST CAPSTAN_PRECOMPILE AND CAPSTAN_BUILD_TESTS)
  find_package(Catch2 3 REQUIRED)
  capstan_make_precompiled(capstan_test_headers
    ${CMAKE_CURRENT_LIST_DIR}/precompiled/test_headers.hpp Catch2::Catch2)
endif()

# capstan_reuse_headers(target library|test): lets a target use those headers, where they are.
function(capstan_reuse_headers target kind)
  if(TARGET capstan_${kind}_headers)
    target_compile_options(${target} PRIVATE ${CAPSTAN_PRECOMPILE_OPTIONS})
    target_precompile_headers(${target} REUSE_FROM capstan_${kind}_headers)
  endif()
endfunction()
