#pragma once

#include <capstan/json.hpp>

#include <string_view>

namespace capstan {

/// {"trace_id","parent_span_id"} of a W3C traceparent, so that the server's spans nest under the
/// caller's. Empty when the text is not a valid one: such a header is to be ignored.
json::object trace_of(std::string_view trace_parent);

}  // namespace capstan
