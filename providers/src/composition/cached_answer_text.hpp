#pragma once

#include "composition/answer_cache.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace capstan::composition {

/// An answer as JSON text: {"version":1,"time_ms":...,"chunks":[...]}.
std::string write_answer(const std::vector<StreamChunk>& chunks,
                         std::chrono::system_clock::time_point time);

/// Nothing if the text is none, is of another version, or holds no whole answer.
std::optional<CachedAnswer> read_answer(std::string_view text);

/// True if the answer ended well: a FinishChunk of reason stop or tool_calls is its last chunk.
bool is_whole_answer(const std::vector<StreamChunk>& chunks);

/// The answer as a hit gives it: its usage costs nothing and says so.
Answer as_hit(std::vector<StreamChunk> chunks);

}  // namespace capstan::composition
