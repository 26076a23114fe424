#include "responses/responses_headers.hpp"

#include "exchange/own_headers.hpp"

#include <string>

namespace capstan::responses {

HttpHeaders request_headers(const OpenAiResponsesOptions& options, const MessageRequest& request) {
    HttpHeaders headers;
    const auto add = [&](const char* name, const std::string& value) {
        const bool own = options.headers.contains(name);
        if (!value.empty() && !own) exchange::set_checked(headers, name, value);
    };
    add("OpenAI-Organization", options.organization);
    add("OpenAI-Project", options.project);
    add("traceparent", request.context.trace_parent);
    return headers;
}

}  // namespace capstan::responses
