#pragma once

#include <capstan/testing/sim_response.hpp>

namespace capstan::testing {

/// A response in chat completions' format, streamed or single, as the Responses API would give it:
/// the same steps with the same pauses, ends and faults. What is no chat completion - errors with
/// a status, texts, events of the Responses API itself - stays as it is.
SimResponse in_responses_format(SimResponse response);

}  // namespace capstan::testing
