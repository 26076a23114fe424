#pragma once

#include <capstan/testing/sim_response.hpp>

#include <string>

namespace capstan::testing {

/// True if the body is framed in HTTP chunks.
bool makes_chunks(const SimResponse& response);
/// Status line and header fields, with the empty line.
std::string response_head(const SimRequest& request, const SimResponse& response);

}  // namespace capstan::testing
