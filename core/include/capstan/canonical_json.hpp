#pragma once

#include <capstan/json.hpp>

#include <string>
#include <string_view>

namespace capstan {

/// The value as JSON text in canonical form (RFC 8785: members sorted by their UTF-16 code units,
/// no white space, shortest numbers): equal values give equal bytes. Integers keep all their
/// digits, also beyond 2^53, so that different ones never look alike.
std::string canonical_json(const json::value& value);

/// The canonical form of a JSON text; of a text that is no JSON, the text itself. The empty text
/// counts as "{}".
std::string canonical_arguments(std::string_view text);

/// SHA-256 as 64 lower-case hexadecimal digits.
std::string sha256_hex(std::string_view bytes);

}  // namespace capstan
