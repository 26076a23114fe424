#pragma once

#include <capstan/api_handler.hpp>
#include <capstan/chunk_stream.hpp>
#include <capstan/error.hpp>
#include <capstan/message.hpp>

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <type_traits>

namespace capstan {

/// A whole answer.
struct Reply {
    Reply() = default;

    AssistantMessage message;
    Usage usage;         ///< of source unknown if nobody told
    FinishChunk finish;  ///< empty in a partial reply
};
static_assert(!std::is_aggregate_v<Reply>);

/// An answer that ended with an error, with everything that had arrived before it.
class IncompleteReply : public ApiError {
public:
    IncompleteReply(const ApiError& error, Reply partial);

    const Reply& partial() const noexcept { return *partial_; }

private:
    std::shared_ptr<const Reply> partial_;  // shared, so that copying the exception cannot throw
};

/// Called for each chunk as it arrives.
using ChunkCallback = std::function<void(const StreamChunk&)>;

/// Reads a stream to its end. Throws IncompleteReply when the stream throws an ApiError, and of
/// kind cancelled when the awaiting coroutine is cancelled; other exceptions, also those of
/// `on_chunk`, pass through and close the connection. Cancellation and executor are those of the
/// awaiting coroutine. `requested_model` becomes part of the message's origin.
asio::awaitable<Reply> collect(ChunkStream stream, std::string requested_model = {},
                               ChunkCallback on_chunk = {});

namespace detail {
/// collect() as the whole of a spawned coroutine. (When one is cancelled that never had to wait,
/// Boost 1.81 lets the cancellation out of io_context::run(), in the place of its result.)
asio::awaitable<Reply> collect_to_end(ChunkStream stream, std::string requested_model,
                                      ChunkCallback on_chunk);
}  // namespace detail

/// For programs without an event loop: makes one call and blocks until its end, running everything,
/// callbacks included, on the calling thread. `stop` may be requested from any thread, also from a
/// callback. Throws IncompleteReply (of kind cancelled after a stop).
Reply ask(ApiHandler& handler, MessageRequest request, ChunkCallback on_chunk = {},
          std::stop_token stop = {});

/// The shortest form: one question, one text.
std::string ask(ApiHandler& handler, std::string question);

}  // namespace capstan
