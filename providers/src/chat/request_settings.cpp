#include "chat/body_writer.hpp"
#include "chat/sampling_fields.hpp"

#include <capstan/providers/provider_options.hpp>

#include <utility>

namespace capstan {

MessageRequest with_settings(const ProviderOptions& options, MessageRequest request) {
    if (request.model.empty()) request.model = options.model;
    request.sampling = merge_sampling(options.sampling, request.sampling);
    request.extra = merge_extra(options.extra, request.extra);
    request.verbosity = merge_verbosity(options, request);
    if (!request.max_tokens) request.max_tokens = options.max_tokens;
    if (!request.parallel_tool_calls) request.parallel_tool_calls = options.parallel_tool_calls;
    const bool thinks = !options.reasoning_effort.empty() || options.thinking_budget_tokens;
    if (request.reasoning || !thinks) return request;
    request.reasoning.emplace();
    request.reasoning->effort = options.reasoning_effort;
    request.reasoning->max_tokens = options.thinking_budget_tokens;
    return request;
}

}  // namespace capstan
