#include <capstan/providers/caching_handler.hpp>

#include "composition/caching_core.hpp"
#include "composition/call_errors.hpp"
#include "composition/inner_stream.hpp"

#include <utility>
#include <variant>

namespace capstan {
namespace {

using Core = CachingHandler::Core;

ChunkStream stream(std::shared_ptr<Core> core, std::unique_ptr<MessageRequest> request) {
    const auto stop = co_await stream_stop_token;
    const auto key = core->skips(*request) ? std::string() : core->key(*request);
    std::optional<Core::Lead> lead;
    std::exception_ptr failure;
    composition::Answer known;
    if (!key.empty()) {
        try {
            auto finding = Core::find(core, key, stop, lead);
            known = co_await std::move(finding);
        } catch (...) {
            failure = std::current_exception();
        }
    }
    if (failure) composition::rethrow(failure, ErrorPhase::before_request);
    if (known) {
        request.reset();
        for (const auto& chunk : *known) {
            auto copy = chunk;
            co_yield std::move(copy);
        }
        co_return;
    }
    composition::InnerStream inner(core->handler().create_message(std::move(*request)), stop);
    request.reset();
    std::vector<StreamChunk> kept;
    auto phase = ErrorPhase::before_first_chunk;
    for (;;) {
        std::optional<StreamChunk> chunk;
        try {
            chunk = co_await inner.next();
        } catch (...) {
            failure = std::current_exception();
        }
        if (!chunk) break;
        phase = ErrorPhase::mid_stream;
        if (!key.empty()) kept.push_back(*chunk);
        if (!key.empty() && std::holds_alternative<FinishChunk>(*chunk)) {
            core->store(key, kept);
            lead.reset();
        }
        co_yield std::move(*chunk);
    }
    if (failure) composition::rethrow(failure, phase);
}

}  // namespace

CachingHandler::CachingHandler(std::shared_ptr<ApiHandler> handler, CachingOptions options)
    : core_(std::make_shared<Core>(std::move(handler), std::move(options))) {}

CachingHandler::~CachingHandler() = default;

ChunkStream CachingHandler::create_message(MessageRequest request) {
    return stream(core_, std::make_unique<MessageRequest>(std::move(request)));
}

SelectedModel CachingHandler::get_model() const { return core_->handler().get_model(); }

std::optional<ModelInfo> CachingHandler::model_info(const std::string& model) const {
    return core_->handler().model_info(model);
}

asio::awaitable<std::optional<Usage>> CachingHandler::get_api_stream_usage(
    std::string generation_id) {
    return core_->handler().get_api_stream_usage(std::move(generation_id));
}

std::string CachingHandler::key(const MessageRequest& request) const { return core_->key(request); }
CachingState CachingHandler::state() const { return core_->state(); }
void CachingHandler::clear() { core_->clear(); }

}  // namespace capstan
