#pragma once

#include <string_view>

/// Appends a request body that a test has built to the file that CAPSTAN_REQUEST_LOG names, if it
/// is set, so that the OpenAPI check (tests/openapi) sees it.
void log_request(std::string_view path, std::string_view body);
