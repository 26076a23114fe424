#pragma once

#include <boost/json/object.hpp>

namespace capstan::testing {

/// The chat request that asks what this body of POST /responses asks: model, stream, messages,
/// tools, tool_choice, reasoning.
boost::json::object chat_of_responses(const boost::json::object& body);

}  // namespace capstan::testing
