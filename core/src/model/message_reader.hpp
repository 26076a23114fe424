#pragma once

#include <capstan/message.hpp>

#include <string_view>

namespace capstan {

/// message_from_json() whose errors name `place`, e.g. "messages[3]".
Message read_message(const json::value& value, std::string_view place);

}  // namespace capstan
