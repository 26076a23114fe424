#pragma once

#include <boost/json/string.hpp>

#include <string_view>

namespace capstan {

/// Appends the bytes that `piece` encodes to those that `into` encodes, both base64. Costs
/// O(piece). A text that is cut at any place as well as pieces that are padded each come out right.
void append_base64(boost::json::string& into, std::string_view piece);

}  // namespace capstan
