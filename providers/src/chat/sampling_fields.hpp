#pragma once

#include "chat/body_writer.hpp"

#include <capstan/message_request.hpp>
#include <capstan/providers/provider_options.hpp>

#include <string>

namespace capstan {

/// The request's sampling where it has a value, else the handler's.
Sampling merge_sampling(const Sampling& handler, const Sampling& request);

void write_sampling(BodyWriter& body, const Sampling& sampling);

/// The request's verbosity, else the handler's; empty: nothing was said.
const std::string& merge_verbosity(const ProviderOptions& handler, const MessageRequest& request);

/// The same for an API that knows "high" as the most.
std::string up_to_high(const std::string& verbosity);

}  // namespace capstan
