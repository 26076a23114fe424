#include "default_model.hpp"

#include "account_answers.hpp"
#include "answer_text.hpp"
#include "anthropic_request.hpp"
#include "catalogue.hpp"
#include "catalogue_answers.hpp"
#include "chat_answer.hpp"
#include "dialects.hpp"

#include <fmt/format.h>

namespace capstan::testing {

namespace json = boost::json;

namespace {

constexpr std::size_t remembered_generations = 10'000;

SimResponse not_found(const SimRequest& request) {
    return error_answer(404, fmt::format("Not Found: {} {}", request.method, request.path));
}

bool has_prompt(const json::object& body) {
    const auto* messages = body.if_contains("messages");
    if (messages && messages->is_array() && !messages->get_array().empty()) return true;
    const auto* prompt = body.if_contains("prompt");
    return prompt && prompt->is_string();
}

bool has_key(const SimRequest& request) {
    const auto authorization = request.header("authorization");
    return (authorization.starts_with("Bearer ") && authorization.size() >= 8) ||
           (is_messages_request(request) && !request.header("x-api-key").empty());
}

}  // namespace

DefaultModel::DefaultModel(const SimulatorOptions& options)
    : require_key_(options.require_key),
      misses_(options.generation_misses),
      word_delay_(options.word_delay) {}

SimResponse DefaultModel::answer(const SimRequest& request) {
    if (auto found = catalogue_answer(request)) return std::move(*found);
    const bool known = is_chat(request) || request.path == "/embeddings" ||
                       request.path == "/generation" || request.path == "/key" ||
                       request.path == "/auth/key" || request.path == "/credits";
    if (!known) return not_found(request);
    if (require_key_ && !has_key(request))
        return error_answer(401, "No auth credentials found");
    return request.method == "POST" ? inference(request) : account(request);
}

SimResponse DefaultModel::inference(const SimRequest& request) {
    if (is_chat(request)) return chat(request);
    if (request.path == "/embeddings") return embeddings_answer(request);
    return not_found(request);
}

SimResponse DefaultModel::account(const SimRequest& request) {
    if (request.method != "GET") return not_found(request);
    if (request.path == "/generation") return generation(request);
    if (request.path == "/credits") return credits_answer();
    if (request.path == "/key" || request.path == "/auth/key") return key_answer();
    return not_found(request);
}

SimResponse DefaultModel::chat(const SimRequest& request) {
    const auto body = chat_body(request);
    if (!body.is_object()) return error_answer(400, "Invalid JSON in the request body");
    if (!has_prompt(body.get_object()))
        return error_answer(400, "Input required: specify \"prompt\" or \"messages\"");
    const auto model = model_of(request);
    if (model.find('/') == std::string::npos && !is_messages_request(request))
        return error_answer(400, fmt::format("{} is not a valid model ID", model));
    auto answer = chat_answer(body.get_object(), model);
    answer.word_delay = word_delay_;
    return render(std::move(answer), request);
}

SimResponse DefaultModel::render(Answer answer, const SimRequest& request) {
    if (answer.id.empty()) answer.id = new_generation_id();
    if (answer.model.empty()) answer.model = model_of(request);
    add_generation(answer.id, generation_data(answer, request));
    return answer.answer(request);
}

void DefaultModel::add_generation(std::string_view id, json::object data) {
    const std::lock_guard lock(mutex_);
    Generation generation;
    generation.data = std::move(data);
    generation.misses = misses_;
    generations_.insert_or_assign(std::string(id), std::move(generation));
    generation_order_.emplace_back(id);
    if (generation_order_.size() <= remembered_generations) return;
    generations_.erase(generation_order_.front());
    generation_order_.pop_front();
}

SimResponse DefaultModel::generation(const SimRequest& request) {
    const auto id = request.query("id");
    const std::lock_guard lock(mutex_);
    const auto found = generations_.find(id);
    if (found == generations_.end() || found->second.misses-- > 0)
        return error_answer(404, fmt::format("Generation {} not found", id));
    found->second.misses = 0;
    json::object body;
    body["data"] = found->second.data;
    return json_answer(body);
}

}  // namespace capstan::testing
