#include <capstan/testing/compatible_answers.hpp>

#include "answer_text.hpp"

#include <boost/json.hpp>

#include <utility>
#include <vector>

namespace capstan::testing {
namespace {

namespace json = boost::json;

json::array list_of(json::object item) {
    json::array list;
    list.emplace_back(std::move(item));
    return list;
}

// Writes the chunks of one answer.
class Accent {
public:
    Accent(ChatServer server, const Answer& answer) : server_(server), answer_(answer) {}

    std::vector<json::value> events() {
        if (!repeats_role()) add({{"role", "assistant"}, {"content", nullptr}});
        for (const auto part : fragments_of(answer_.reasoning, 7)) add_thought(part);
        for (const auto part : fragments_of(answer_.text, 7)) add({{"content", part}});
        add_calls();
        add_end();
        return std::move(events_);
    }

private:
    bool repeats_role() const { return server_ == ChatServer::ollama; }

    json::object frame(json::array choices) const {
        return {{"id", answer_.id.empty() ? "chatcmpl-1" : answer_.id},
                {"object", "chat.completion.chunk"},
                {"created", 1},
                {"model", answer_.model.empty() ? "some-model" : answer_.model},
                {"choices", std::move(choices)}};
    }

    void add(json::object delta) {
        if (repeats_role()) {
            delta["role"] = "assistant";
            if (!delta.contains("content")) delta["content"] = "";
        }
        const json::object choice = {
            {"index", 0}, {"delta", std::move(delta)}, {"finish_reason", nullptr}};
        events_.emplace_back(frame(list_of(choice)));
    }

    void add_thought(std::string_view part) {
        switch (server_) {
            case ChatServer::openai: break;
            case ChatServer::ollama: add({{"reasoning", part}}); break;
            case ChatServer::vllm:
                add({{"reasoning", part}, {"reasoning_content", part}});
                break;
            case ChatServer::deepseek:
                add({{"content", nullptr}, {"reasoning_content", part}});
                break;
            case ChatServer::llama_cpp:
            case ChatServer::lm_studio: add({{"reasoning_content", part}}); break;
        }
    }

    void add_calls() {
        for (std::size_t i = 0; i < answer_.tool_calls.size(); ++i) {
            const AnswerToolCall& call = answer_.tool_calls[i];
            const bool whole = server_ == ChatServer::ollama;
            const json::object function = {{"name", call.name},
                                           {"arguments", whole ? call.arguments : ""}};
            add_call({{"index", whole ? 0 : i},
                      {"id", call.id},
                      {"type", "function"},
                      {"function", function}});
            if (whole) continue;
            for (const auto part : fragments_of(call.arguments, 5))
                add_call({{"index", i}, {"function", json::object{{"arguments", part}}}});
        }
    }

    void add_call(json::object call) { add({{"tool_calls", list_of(std::move(call))}}); }

    std::string finish() const {
        if (!answer_.finish_reason.empty()) return answer_.finish_reason;
        const bool calls = !answer_.tool_calls.empty() && server_ != ChatServer::ollama;
        return calls ? "tool_calls" : "stop";
    }

    json::object usage() const {
        const AnswerUsage& figures = answer_.usage;
        json::object usage = {{"prompt_tokens", figures.prompt_tokens},
                              {"completion_tokens", figures.completion_tokens},
                              {"total_tokens", figures.prompt_tokens + figures.completion_tokens}};
        const json::object cached = {{"cached_tokens", figures.cached_tokens}};
        if (server_ == ChatServer::deepseek)
            usage["prompt_cache_hit_tokens"] = figures.cached_tokens;
        else if (server_ != ChatServer::ollama && server_ != ChatServer::lm_studio)
            usage["prompt_tokens_details"] = cached;
        return usage;
    }

    void add_end() {
        const json::object choice = {
            {"index", 0}, {"delta", json::object()}, {"finish_reason", finish()}};
        json::object last = frame(list_of(choice));
        if (!answer_.with_usage || server_ == ChatServer::deepseek) {
            if (answer_.with_usage) last["usage"] = usage();
            events_.emplace_back(std::move(last));
            return;
        }
        events_.emplace_back(std::move(last));
        json::object figures = frame({});
        figures["usage"] = usage();
        if (server_ == ChatServer::llama_cpp)
            figures["timings"] = {{"prompt_n", answer_.usage.prompt_tokens}, {"predicted_ms", 0.5}};
        if (server_ == ChatServer::lm_studio) figures["stats"] = json::object();
        events_.emplace_back(std::move(figures));
    }

    ChatServer server_;
    const Answer& answer_;
    std::vector<json::value> events_;
};

json::object error_of(ChatServer server, int status, std::string_view message,
                      std::string_view type) {
    const std::string word(type.empty() ? "invalid_request_error" : type);
    switch (server) {
        case ChatServer::llama_cpp:
            return {{"error", {{"code", status}, {"message", message}, {"type", word}}}};
        case ChatServer::lm_studio: return {{"error", message}};
        case ChatServer::vllm:
            return {{"object", "error"}, {"message", message}, {"type", word},
                    {"param", nullptr}, {"code", status}};
        case ChatServer::ollama:
            return {{"error", {{"message", message}, {"type", "api_error"}, {"param", nullptr},
                               {"code", nullptr}}}};
        case ChatServer::openai:
        case ChatServer::deepseek: break;
    }
    return {{"error", {{"message", message}, {"type", word}, {"param", nullptr},
                       {"code", type.empty() ? json::value() : json::value(word)}}}};
}

}  // namespace

SimResponse streamed_by(ChatServer server, const Answer& answer) {
    return sse(Accent(server, answer).events(), answer.with_done);
}

SimResponse refused_by(ChatServer server, int status, std::string_view message,
                       std::string_view type) {
    return json_answer(error_of(server, status, message, type), status);
}

SimResponse broken_by(ChatServer server, std::string_view text, std::string_view message,
                      bool legacy) {
    SimResponse response = sse({text_chunk(text)}, false);
    const json::object body = error_of(server, 500, message, "server_error");
    std::string event = sse_event(json::serialize(body));
    if (server == ChatServer::lm_studio) event = "event: error\n" + event;
    if (legacy) event = "error: " + json::serialize(body.at("error")) + "\n\n";
    return response.with_step(send(std::move(event)));
}

SimResponse models_of(ChatServer server, std::string_view model, std::int64_t context_length) {
    json::object entry = {{"id", model}, {"object", "model"}, {"created", 1}};
    switch (server) {
        case ChatServer::openai: entry["owned_by"] = "system"; break;
        case ChatServer::deepseek: entry["owned_by"] = "deepseek"; break;
        case ChatServer::lm_studio: entry["owned_by"] = "organization_owner"; break;
        case ChatServer::ollama: entry["owned_by"] = "library"; break;
        case ChatServer::llama_cpp:
            entry["owned_by"] = "llamacpp";
            entry["meta"] = {{"n_ctx", context_length}, {"n_ctx_train", 1'000'000}};
            break;
        case ChatServer::vllm:
            entry["owned_by"] = "vllm";
            entry["max_model_len"] = context_length;
            break;
    }
    const json::object list = {{"object", "list"}, {"data", list_of(entry)}};
    return json_answer(list);
}

}  // namespace capstan::testing
