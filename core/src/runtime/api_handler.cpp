#include <capstan/api_handler.hpp>

#include <utility>

namespace capstan {

ChunkStream ApiHandler::create_message(std::string system_prompt, Conversation messages,
                                       ToolDefinitions tools, CallContext context) {
    MessageRequest request;
    request.system_prompt = std::move(system_prompt);
    request.messages = std::move(messages);
    request.tools = std::move(tools);
    request.context = std::move(context);
    return create_message(std::move(request));
}

std::optional<ModelInfo> ApiHandler::model_info(const std::string& model) const {
    auto selected = get_model();
    if (selected.id != model) return std::nullopt;
    return std::move(selected.info);
}

asio::awaitable<std::optional<Usage>> ApiHandler::get_api_stream_usage(std::string) {
    co_return std::nullopt;
}

}  // namespace capstan
