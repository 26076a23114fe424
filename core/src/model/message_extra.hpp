#pragma once

#include <capstan/json.hpp>

#include <string_view>

namespace capstan {

/// Joins one streamed field of an answer into the fields collected so far (wire reference 4.3):
/// images and annotations are appended, refusal, audio data and transcript are concatenated, of
/// any other field the last value wins. Null, and what is no part of the message, changes nothing.
void merge_message_extra(json::object& into, std::string_view name, const json::value& value);

}  // namespace capstan
