#pragma once

#include "chat/body_writer.hpp"

#include <capstan/message_request.hpp>

namespace capstan {

/// The request's sampling where it has a value, else the handler's.
Sampling merge_sampling(const Sampling& handler, const Sampling& request);

void write_sampling(BodyWriter& body, const Sampling& sampling);

}  // namespace capstan
