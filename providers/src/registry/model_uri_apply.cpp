#include "registry/model_parameters.hpp"

#include <capstan/providers/model_uri.hpp>

namespace capstan {
namespace {

template <class T>
void take(std::optional<T>& into, const std::optional<T>& from) {
    if (from) into = from;
}

void apply_sampling(const ModelParameters& parameters, Sampling& sampling) {
    take(sampling.temperature, parameters.temperature);
    take(sampling.top_p, parameters.top_p);
    take(sampling.top_k, parameters.top_k);
    take(sampling.min_p, parameters.min_p);
    take(sampling.top_a, parameters.top_a);
    take(sampling.frequency_penalty, parameters.frequency_penalty);
    take(sampling.presence_penalty, parameters.presence_penalty);
    take(sampling.repetition_penalty, parameters.repetition_penalty);
    take(sampling.seed, parameters.seed);
}

bool says_reasoning(const ModelParameters& parameters) {
    return !parameters.reasoning_effort.empty() || parameters.thinking_budget_tokens;
}

void take(std::string& into, const std::string& from) {
    if (!from.empty()) into = from;
}

}  // namespace

void apply(const ModelParameters& parameters, MessageRequest& request) {
    registry::remove_overruled(parameters, request.extra);
    apply_sampling(parameters, request.sampling);
    take(request.max_tokens, parameters.max_tokens);
    take(request.parallel_tool_calls, parameters.parallel_tool_calls);
    take(request.verbosity, parameters.verbosity);
    if (!says_reasoning(parameters)) return;
    if (!request.reasoning) request.reasoning.emplace();
    // A budget of the request would win over an effort, and "off" over both.
    request.reasoning->effort = parameters.reasoning_effort;
    request.reasoning->max_tokens = parameters.thinking_budget_tokens;
    request.reasoning->enabled.reset();
}

void apply(const ModelParameters& parameters, ProviderOptions& options) {
    registry::remove_overruled(parameters, options.extra);
    apply_sampling(parameters, options.sampling);
    take(options.max_tokens, parameters.max_tokens);
    take(options.parallel_tool_calls, parameters.parallel_tool_calls);
    take(options.verbosity, parameters.verbosity);
    if (!says_reasoning(parameters)) return;
    options.reasoning_effort = parameters.reasoning_effort;
    options.thinking_budget_tokens = parameters.thinking_budget_tokens;
}

}  // namespace capstan
