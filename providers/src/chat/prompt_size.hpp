#pragma once

#include <capstan/message.hpp>

#include <cstdint>
#include <type_traits>

namespace capstan {

/// Pictures, sounds and files inside a message. Their encoded bytes say nothing of their tokens.
struct MediaSize {
    MediaSize() = default;

    std::int64_t bytes = 0;
    std::int64_t parts = 0;
};
static_assert(!std::is_aggregate_v<MediaSize>);

/// Adds what one message carries.
void add_media(MediaSize& size, const Message& message);

/// About how many bytes a message takes in a request; for reserving memory.
std::size_t rough_size(const Message& message) noexcept;

}  // namespace capstan
