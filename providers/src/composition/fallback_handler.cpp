#include <capstan/providers/fallback_handler.hpp>

#include "composition/call_errors.hpp"
#include "composition/fallback_call.hpp"
#include "composition/inner_stream.hpp"

#include <stop_token>
#include <utility>

namespace capstan {
namespace {

using composition::FallbackCall;
using composition::InnerStream;

void open(FallbackCall& call, const std::stop_token& stop, std::optional<InnerStream>& inner,
          std::exception_ptr& failure) {
    inner.reset();
    try {
        inner.emplace(call.open(), stop);
    } catch (...) {
        failure = std::current_exception();
    }
}

ChunkStream stream(std::shared_ptr<FallbackHandler::Core> core,
                   std::unique_ptr<MessageRequest> request) {
    const auto stop = co_await stream_stop_token;
    FallbackCall call(std::move(core), std::move(request));
    for (;;) {
        std::optional<InnerStream> inner;
        std::exception_ptr failure;
        open(call, stop, inner, failure);
        while (!failure) {
            std::optional<StreamChunk> chunk;
            try {
                chunk = co_await inner->next();
            } catch (...) {
                failure = std::current_exception();
            }
            if (failure) break;
            if (!chunk) co_return;
            if (!call.passes(*chunk)) continue;
            auto held = call.held_before(*chunk);
            for (auto& each : held) co_yield std::move(each);
            co_yield std::move(*chunk);
        }
        inner.reset();
        failure = call.judge(failure);
        if (failure) {
            if (auto usage = call.usage_of_failures()) co_yield std::move(*usage);
            std::rethrow_exception(failure);
        }
        if (stop.stop_requested()) throw composition::cancelled_error(ErrorPhase::before_request);
    }
}

}  // namespace

FallbackHandler::FallbackHandler(std::vector<FallbackEntry> entries, FallbackOptions options)
    : core_(std::make_shared<Core>(std::move(entries), std::move(options))) {}

FallbackHandler::~FallbackHandler() = default;

ChunkStream FallbackHandler::create_message(MessageRequest request) {
    return stream(core_, std::make_unique<MessageRequest>(std::move(request)));
}

SelectedModel FallbackHandler::get_model() const {
    const auto& first = core_->entries().front();
    auto model = first.handler->get_model();
    if (!first.model.empty() && first.model != model.id) {
        model.id = first.model;
        model.info = first.handler->model_info(first.model);
    }
    return model;
}

std::optional<ModelInfo> FallbackHandler::model_info(const std::string& model) const {
    for (const auto& entry : core_->entries())
        if (auto info = entry.handler->model_info(model)) return info;
    return std::nullopt;
}

asio::awaitable<std::optional<Usage>> FallbackHandler::get_api_stream_usage(
    std::string generation_id) {
    const auto core = core_;
    for (const auto& entry : core->entries()) {
        auto asking = entry.handler->get_api_stream_usage(generation_id);
        auto usage = co_await std::move(asking);
        if (usage) co_return usage;
    }
    co_return std::nullopt;
}

}  // namespace capstan
