#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace capstan::registry {

/// The first '@' behind which a base URL begins ("@http://", "@https://", in any case).
std::size_t find_base_url(std::string_view text) noexcept;

/// True if a base URL without its "http://" seems to follow: host, ':' and a port.
bool looks_like_address(std::string_view text) noexcept;

/// Percent-encodes what would not be read back as it is in a model or a parameter's value.
std::string encode_model(std::string_view text);

/// What is wrong at a place of a percent-encoded text.
struct EncodingFault {
    EncodingFault() = default;

    std::size_t position = 0;
    std::size_t length = 1;
    std::string problem;
};

/// Percent-decodes; or says what is wrong: a broken escape, a space, a control character, bytes
/// that are not UTF-8 (escaped or not).
std::optional<EncodingFault> decode(std::string_view text, std::string& out);

}  // namespace capstan::registry
