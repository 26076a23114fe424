#pragma once

#include <capstan/content.hpp>

#include <string>

namespace capstan::responses {

/// Appends what a user, a system message or a tool says: a text, or the array of its parts
/// (input_text, input_image, input_file, input_audio, input_video). Raw parts that have chat
/// completions' names are given those of this API; others are sent as they are.
void append_input_content(std::string& out, const Content& content);

}  // namespace capstan::responses
