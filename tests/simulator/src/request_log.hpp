#pragma once

#include <capstan/testing/sim_request.hpp>

namespace capstan::testing {

/// Appends {"method","path","body"} as one line to the file that the environment variable
/// CAPSTAN_REQUEST_LOG names, if it is set and the body is JSON. Several processes may share it.
void log_request(const SimRequest& request);

}  // namespace capstan::testing
