#include "composition/request_size.hpp"

#include <capstan/context.hpp>
#include <capstan/json.hpp>
#include <capstan/message_writer.hpp>

#include <string>

namespace capstan::composition {

std::int64_t estimate_prompt_tokens(const MessageRequest& request) {
    std::string rest = request.system_prompt;
    for (const auto& tool : request.tools) append_tool(rest, tool);
    if (!request.response_format.is_null()) append_json_text(rest, request.response_format);
    const TokenEstimator estimator;
    return estimator.tokens(request.messages) + estimator.tokens_of_chars(rest.size());
}

}  // namespace capstan::composition
