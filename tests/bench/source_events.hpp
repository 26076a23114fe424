#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace bench {

/// What a request's target asks for: key=value between any of / ? & and commas, e.g.
/// /chunks=100,delay=20000/v1/chat/completions.
struct SourceSettings {
    std::size_t chunks = 100;
    std::size_t bytes = 24;        ///< of text in a chunk, at least 24
    std::size_t delay_us = 0;      ///< between chunks; 0: as fast as the client reads
    std::string mode = "content";  ///< or reasoning, tools
    std::string te = "event";      ///< an HTTP chunk holds one event, or ("block") 64 KiB of them
    bool silent = false;           ///< says nothing after the first chunk

    static SourceSettings from_target(std::string_view target);
};

/// One event with its text stamped `sent_ns`, in the shape that OpenRouter sends.
std::string make_event(const SourceSettings& settings, std::uint64_t sent_ns);

/// The end of an answer: finish reason, usage, [DONE].
std::string make_ending();

/// `bytes` as one HTTP chunk.
std::string http_chunk(std::string_view bytes);

/// Many equal events, ready to be sent: about 64 KiB.
struct SourceBlock {
    std::string bytes;
    std::size_t events = 0;
    std::size_t event_size = 0;  ///< on the wire, when each has its own HTTP chunk

    explicit SourceBlock(const SourceSettings& settings);
};

/// Equal settings share their block.
std::shared_ptr<const SourceBlock> block_for(const SourceSettings& settings);

}  // namespace bench
