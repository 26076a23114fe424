#include "chat/sampling_fields.hpp"

namespace capstan {
namespace {

template <class T>
void write_if(BodyWriter& body, std::string_view name, const std::optional<T>& value) {
    if (value) body.value(name, json::value(*value));
}

template <class T>
void take(std::optional<T>& into, const std::optional<T>& from) {
    if (from) into = from;
}

}  // namespace

Sampling merge_sampling(const Sampling& handler, const Sampling& request) {
    Sampling result = handler;
    take(result.temperature, request.temperature);
    take(result.top_p, request.top_p);
    take(result.top_k, request.top_k);
    take(result.min_p, request.min_p);
    take(result.top_a, request.top_a);
    take(result.frequency_penalty, request.frequency_penalty);
    take(result.presence_penalty, request.presence_penalty);
    take(result.repetition_penalty, request.repetition_penalty);
    take(result.seed, request.seed);
    take(result.logprobs, request.logprobs);
    take(result.top_logprobs, request.top_logprobs);
    if (!request.stop.empty()) result.stop = request.stop;
    if (!request.logit_bias.empty()) result.logit_bias = request.logit_bias;
    return result;
}

void write_sampling(BodyWriter& body, const Sampling& sampling) {
    write_if(body, "temperature", sampling.temperature);
    write_if(body, "top_p", sampling.top_p);
    write_if(body, "top_k", sampling.top_k);
    write_if(body, "min_p", sampling.min_p);
    write_if(body, "top_a", sampling.top_a);
    write_if(body, "frequency_penalty", sampling.frequency_penalty);
    write_if(body, "presence_penalty", sampling.presence_penalty);
    write_if(body, "repetition_penalty", sampling.repetition_penalty);
    write_if(body, "seed", sampling.seed);
    if (!sampling.stop.empty())
        body.value("stop", json::array(sampling.stop.begin(), sampling.stop.end()));
    if (!sampling.logit_bias.empty()) {
        json::object bias;
        for (const auto& [token, weight] : sampling.logit_bias) bias[token] = weight;
        body.object("logit_bias", bias);
    }
    write_if(body, "logprobs", sampling.logprobs);
    write_if(body, "top_logprobs", sampling.top_logprobs);
}

const std::string& merge_verbosity(const ProviderOptions& handler, const MessageRequest& request) {
    return request.verbosity.empty() ? handler.verbosity : request.verbosity;
}

std::string up_to_high(const std::string& verbosity) {
    return verbosity == "xhigh" || verbosity == "max" ? "high" : verbosity;
}

}  // namespace capstan
