# capstan_add_test(NAME name SOURCES a.cpp ... LIBRARIES target ... [LABELS concurrent] [REQUEST_LOG]):
# a Catch2 program whose cases are ctest entries. With REQUEST_LOG the requests that it sends are
# checked against the OpenAPI document (tests/openapi); give it to programs whose requests come from
# the library. Tests that use threads carry the label `concurrent` (ctest -L concurrent); the target
# capstan_concurrent_tests builds them.
include(Catch)
add_custom_target(capstan_concurrent_tests)
set(CAPSTAN_REQUEST_LOG_DIR ${PROJECT_BINARY_DIR}/request-log)

function(capstan_add_test)
  cmake_parse_arguments(TEST "REQUEST_LOG" "NAME" "SOURCES;LIBRARIES;LABELS" ${ARGN})
  add_executable(${TEST_NAME} ${TEST_SOURCES})
  target_link_libraries(${TEST_NAME} PRIVATE ${TEST_LIBRARIES} Catch2::Catch2WithMain)
  capstan_target_defaults(${TEST_NAME})
  capstan_reuse_headers(${TEST_NAME} test)
  set(properties TIMEOUT 300 SKIP_RETURN_CODE 4)
  if(TEST_LABELS)
    list(APPEND properties LABELS ${TEST_LABELS})
    foreach(label IN LISTS TEST_LABELS)
      add_dependencies(capstan_${label}_tests ${TEST_NAME})
    endforeach()
  endif()
  if(TEST_REQUEST_LOG)
    list(APPEND properties FIXTURES_REQUIRED capstan_requests
      ENVIRONMENT CAPSTAN_REQUEST_LOG=${CAPSTAN_REQUEST_LOG_DIR}/${TEST_NAME}.jsonl)
  endif()
  catch_discover_tests(${TEST_NAME} TEST_PREFIX "${TEST_NAME}: " DISCOVERY_MODE PRE_TEST
    PROPERTIES ${properties})
endfunction()
