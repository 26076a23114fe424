#pragma once

#include "anthropic_request.hpp"

#include <capstan/testing/sim_response.hpp>

namespace capstan::testing {

/// A response in the shapes of chat completions as one of the Messages API: streams event by event,
/// with their pauses and faults, single answers, errors. What has other shapes stays as it is.
SimResponse messages_response(SimResponse chat, const SimRequest& request);

SimResponse refusal_response(const MessagesRefusal& refusal);

}  // namespace capstan::testing
