#pragma once

#include <capstan/testing/answers.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace capstan::testing {

/// As a JSON string, quotes included.
std::string in_quotes(std::string_view text);
/// Words with the white space before them; together they are the text again.
std::vector<std::string_view> words_of(std::string_view text);
/// Pieces of at most `size` bytes that end between two characters.
std::vector<std::string_view> fragments_of(std::string_view text, std::size_t size);
std::int64_t seconds_since_epoch();
std::uint64_t hash_of(std::string_view text) noexcept;
/// Looks like a provider's signature and depends on the text alone.
std::string signature_of(std::string_view text);
std::string base64(std::string_view bytes);
std::string decode_base64(std::string_view text);
/// The usage object; cost is written digit for digit.
std::string usage_json(const AnswerUsage& usage);
/// The request's `model`, or the simulator's own.
std::string model_of(const SimRequest& request);

}  // namespace capstan::testing
