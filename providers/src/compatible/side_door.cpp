#include "compatible/side_door.hpp"

#include "compatible/model_entries.hpp"

#include <chrono>
#include <utility>

namespace capstan::compatible {

/// What the route answers; empty if it fails.
asio::awaitable<json::object> SideDoor::ask(std::string path, std::string body) const {
    ApiCall request;
    request.method = body.empty() ? "GET" : "POST";
    request.path = std::move(path);
    request.body = std::move(body);
    request.timeout = std::chrono::seconds(5);
    request.retries = false;
    try {
        auto asking = call(std::move(request));
        co_return co_await std::move(asking);
    } catch (const ApiError& error) {
        if (error.kind() == ErrorKind::cancelled) throw;
    }
    co_return json::object();
}

asio::awaitable<std::optional<std::int64_t>> SideDoor::llama_context() const {
    auto asking = ask("/props");
    const json::object answer = co_await std::move(asking);
    co_return context_of_llama_props(answer);
}

asio::awaitable<std::optional<std::int64_t>> SideDoor::ollama_context(std::string model) const {
    auto loaded = ask("/api/ps");
    const json::object running = co_await std::move(loaded);
    if (const auto length = context_of_ollama_ps(running, model)) co_return length;
    json::object question;
    question["model"] = model;
    auto showing = ask("/api/show", to_json_text(question));
    const json::object shown = co_await std::move(showing);
    co_return context_of_ollama_show(shown);
}

asio::awaitable<std::optional<ModelInfo>> SideDoor::lm_studio_model(std::string model) const {
    auto asking = ask("/api/v0/models");
    const json::object answer = co_await std::move(asking);
    for (ModelInfo& info : models_from_list(answer))
        if (info.id == model) co_return std::move(info);
    co_return std::nullopt;
}

}  // namespace capstan::compatible
