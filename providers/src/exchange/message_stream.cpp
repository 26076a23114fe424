#include "exchange/message_stream.hpp"

#include "exchange/answer_fetcher.hpp"

#include <utility>
#include <vector>

namespace capstan::exchange {
namespace {

// The request is held by pointer: a coroutine's parameters stay in its frame to the end.
ChunkStream stream(std::shared_ptr<ProviderClient> client,
                   std::unique_ptr<MessageRequest> request) {
    auto stop = co_await stream_stop_token;
    AnswerFetcher fetcher(std::move(client), std::move(request), std::move(stop));
    std::vector<StreamChunk> chunks;
    for (;;) {
        auto fetching = fetcher.fetch(chunks);
        const bool more = co_await std::move(fetching);
        if (!more) break;
        for (auto& chunk : chunks) co_yield std::move(chunk);
    }
    auto releasing = fetcher.release_connection();
    co_await std::move(releasing);
}

}  // namespace

ChunkStream stream_message(std::shared_ptr<ProviderClient> client, MessageRequest request) {
    return stream(std::move(client), std::make_unique<MessageRequest>(std::move(request)));
}

}  // namespace capstan::exchange
