#pragma once

#include <capstan/usage.hpp>

namespace capstan::responses {

/// The `usage` object of a response, whose names differ from those of chat completions (wire
/// reference 12.2), by the rules of usage_from_stream().
Usage usage_of(const json::object& usage);

}  // namespace capstan::responses
