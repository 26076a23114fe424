#pragma once

#include <capstan/reply.hpp>

#include <boost/asio/co_spawn.hpp>

#include <utility>

// For programs that use Asio without coroutines. Not part of <capstan/capstan.hpp>, because it
// costs more to compile.

namespace capstan {

/// The next chunk of `stream` through any Asio completion token (a callback, asio::use_future,
/// asio::deferred, ...). Runs on `executor`; completes with
/// `void(std::exception_ptr, std::optional<StreamChunk>)`. The stream must outlive the operation.
/// The token's cancellation slot is honoured.
template <class Executor, class CompletionToken>
auto async_next(const Executor& executor, ChunkStream& stream, CompletionToken&& token) {
    return asio::co_spawn(executor, stream.next(), std::forward<CompletionToken>(token));
}

/// The whole answer through any Asio completion token; completes with
/// `void(std::exception_ptr, Reply)`. `on_chunk` is called on `executor` for each chunk.
template <class Executor, class CompletionToken>
auto async_collect(const Executor& executor, ChunkStream stream, ChunkCallback on_chunk,
                   CompletionToken&& token) {
    return asio::co_spawn(executor,
                          detail::collect_to_end(std::move(stream), {}, std::move(on_chunk)),
                          std::forward<CompletionToken>(token));
}

}  // namespace capstan
