#pragma once

#include <capstan/api_handler.hpp>

#include <deque>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace capstan::testing {

/// What a ScriptedHandler answers to one request.
struct ScriptedAnswer {
    ScriptedAnswer() = default;

    std::vector<StreamChunk> chunks;
    std::optional<ErrorInfo> error;  ///< thrown behind the chunks
    std::function<asio::awaitable<void>()> before;  ///< awaited before the first chunk
};
static_assert(!std::is_aggregate_v<ScriptedAnswer>);

/// A provider without a network: answers with given chunks, in turn, and then always as `otherwise`
/// says. For tests and measurements of what stands above the providers. Not thread-safe.
class ScriptedHandler final : public ApiHandler {
public:
    using ApiHandler::create_message;
    ChunkStream create_message(MessageRequest request) override;
    SelectedModel get_model() const override { return model; }

    SelectedModel model;
    std::deque<ScriptedAnswer> answers;
    std::function<ScriptedAnswer(const MessageRequest&)> otherwise;
    bool keep_requests = true;
    std::vector<MessageRequest> requests;
};

/// A text, with a usage of 10 input and 5 output tokens that cost 0.0001 dollars.
ScriptedAnswer scripted_text(std::string text);

/// A call of that tool.
ScriptedAnswer scripted_call(std::string id, std::string tool, std::string arguments = "{}");

/// Several calls, and the reason that the answer ended for.
ScriptedAnswer scripted_calls(std::vector<ToolCall> calls,
                              FinishReason finish = FinishReason::tool_calls);

ScriptedAnswer scripted_error(ErrorKind kind, std::string summary);

}  // namespace capstan::testing
