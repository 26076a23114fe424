#pragma once

#include <capstan/message.hpp>

#include <cstddef>

namespace capstan {

/// What a picture, sound or file counts as; its encoded bytes say nothing of its tokens.
inline constexpr std::size_t media_chars = 5'000;

/// About how many characters a model reads of a content, of a whole message.
std::size_t content_chars(const Content& content) noexcept;
std::size_t message_chars(const Message& message) noexcept;

}  // namespace capstan
