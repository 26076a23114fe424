#pragma once

#include <capstan/chunk_stream.hpp>

#include <stop_token>
#include <utility>

namespace capstan::composition {

/// A stream inside the body of another one: when the outer stream is cancelled, so is this one.
/// The consumer's own cancellation reaches it as well, because next() is awaited in the consumer's
/// coroutine.
class InnerStream {
public:
    InnerStream(ChunkStream stream, std::stop_token stop)
        : stream_(std::move(stream)), on_stop_(std::move(stop), Cancel(stream_)) {}

    asio::awaitable<std::optional<StreamChunk>> next() { return stream_.next(); }

private:
    class Cancel {
    public:
        explicit Cancel(ChunkStream& stream) : stream_(stream) {}
        void operator()() noexcept { stream_.cancel(); }

    private:
        ChunkStream& stream_;
    };

    ChunkStream stream_;
    std::stop_callback<Cancel> on_stop_;  // goes before the stream
};

}  // namespace capstan::composition
