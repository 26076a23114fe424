#pragma once

#include <capstan/chunk_stream.hpp>
#include <capstan/message_request.hpp>
#include <capstan/model_info.hpp>

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>

namespace capstan {

/// A provider of models. Handlers hold no state of a call: one handler may serve any number of
/// calls at once, also from several threads.
class ApiHandler {
public:
    ApiHandler() = default;
    ApiHandler(const ApiHandler&) = delete;
    ApiHandler& operator=(const ApiHandler&) = delete;
    virtual ~ApiHandler() = default;

    /// Starts nothing: the call begins at the first `next()` of the stream, in the coroutine and on
    /// the executor that awaits it.
    ///
    /// Chunks come in order of arrival; then at most one UsageChunk and exactly one FinishChunk,
    /// which is the last. Errors come out of `next()` once, as ApiError; what was delivered before
    /// stays valid. Cancelling (the consumer's slot, `cancel()`, or destroying the stream) closes
    /// the connection. The handler must outlive the stream.
    virtual ChunkStream create_message(MessageRequest request) = 0;

    /// The same with the three things that every call has.
    ChunkStream create_message(std::string system_prompt, Conversation messages,
                               ToolDefinitions tools = {}, CallContext context = {});

    /// The model of calls that name none, and what is known of it without waiting.
    virtual SelectedModel get_model() const = 0;

    /// What is known without waiting of a model that a request may name; nothing: unknown. The
    /// default knows get_model()'s only.
    virtual std::optional<ModelInfo> model_info(const std::string& model) const;

    /// Usage of an answer whose stream did not tell, e.g. because it was cancelled. Never throws
    /// for a failed look-up: nothing means unknown. Cancellable.
    virtual asio::awaitable<std::optional<Usage>> get_api_stream_usage(std::string generation_id);
};

}  // namespace capstan
