#include "chat_options.hpp"

#include <capstan/error.hpp>
#include <capstan/json.hpp>
#include <capstan/version.hpp>

#include <CLI/CLI.hpp>

#include <cmath>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <vector>

namespace chat {
namespace {

constexpr int usage_error = 2;
constexpr int most_tokens = 1'000'000'000;

/// What cannot be stored in ChatOptions directly.
struct RawOptions {
    RawOptions() = default;

    std::string model;
    std::string models;
    std::string messages_file;
    std::string tools_file;
    std::vector<std::string> parameters;
    std::vector<std::string> prompt;
    double timeout_seconds = 0;
    bool no_usage_lookup = false;
    bool no_stream = false;
};

std::string read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream text;
    if (in) text << in.rdbuf();
    if (!in || in.bad()) throw std::runtime_error(path + ": cannot be read");
    return std::move(text).str();
}

/// Reads a JSON file and turns it into something; every error names the file.
template <class Read>
auto load(const std::string& path, Read read) {
    const auto value = capstan::try_parse_json(read_file(path));
    if (!value) throw std::runtime_error(path + ": is no JSON");
    try {
        return read(*value);
    } catch (const std::exception& error) {
        throw std::runtime_error(path + ": " + error.what());
    }
}

std::vector<std::string> split_list(const std::string& text) {
    std::vector<std::string> items;
    std::istringstream in(text);
    for (std::string item; std::getline(in, item, ',');) {
        const auto begin = item.find_first_not_of(' ');
        if (begin == std::string::npos) continue;
        items.push_back(item.substr(begin, item.find_last_not_of(' ') - begin + 1));
    }
    return items;
}

void add_parameter(const std::string& text, capstan::json::object& extra) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
        throw std::runtime_error("--param " + text + ": KEY=JSON is expected");
    auto value = capstan::try_parse_json(std::string_view(text).substr(equals + 1));
    if (!value)
        throw std::runtime_error("--param " + text +
                                 ": the value is no JSON (a text needs quotes, " + "as in '" +
                                 text.substr(0, equals) + "=\"text\"')");
    extra[text.substr(0, equals)] = *std::move(value);
}

void choose_models(const RawOptions& raw, ChatOptions& options) {
    auto fallbacks = split_list(raw.models);
    if (!raw.model.empty()) {
        options.handler.model = raw.model;
    } else if (!fallbacks.empty()) {
        options.handler.model = fallbacks.front();
        fallbacks.erase(fallbacks.begin());
    }
    options.handler.fallback_models = std::move(fallbacks);
}

void add_connection_options(CLI::App& app, ChatOptions& options, RawOptions& raw) {
    app.add_option("--base-url", options.handler.base_url,
                   "API to talk to (default: OPENROUTER_BASE_URL, else OpenRouter)");
    app.add_option("--ca-file", options.handler.http.ca_file, "Trust these certificates (PEM)")
        ->check(CLI::ExistingFile);
    app.add_option("--max-retries", options.handler.retry.max_retries,
                   "Tries after the first one, before anything was printed")
        ->check(CLI::Range(0, 1000));
    app.add_option("--timeout", raw.timeout_seconds, "Seconds for a whole answer")
        ->check(CLI::Range(0.001, 1e9));
    app.add_flag("--no-usage-lookup", raw.no_usage_lookup,
                 "Do not ask for the usage when the answer did not tell it");
}

void add_model_options(CLI::App& app, ChatOptions& options, RawOptions& raw) {
    app.add_option("--model", raw.model, "Model id, e.g. openai/gpt-5-mini");
    app.add_option("--models", raw.models, "Fallback models, separated by commas");
    app.add_option("--provider-sorting", options.handler.provider_sorting,
                   "price, throughput, latency, exacto, or a list of provider slugs");
    app.add_option("--reasoning-effort", options.handler.reasoning_effort, "How much to think")
        ->check(CLI::IsMember({"max", "xhigh", "high", "medium", "low", "minimal", "none"}));
    app.add_option("--thinking-budget", options.handler.thinking_budget_tokens,
                   "Tokens for thinking; 0 turns it off")
        ->check(CLI::Range(0, most_tokens));
    app.add_option("--max-tokens", options.request.max_tokens, "Longest answer, in tokens")
        ->check(CLI::Range(1, most_tokens));
    app.add_flag("--no-stream", raw.no_stream, "Ask for the answer in one piece");
    app.add_option("--param", raw.parameters, "Any other field of the request: KEY=JSON")
        ->allow_extra_args(false);
}

void add_conversation_options(CLI::App& app, ChatOptions& options, RawOptions& raw) {
    app.add_option("prompt", raw.prompt, "What to say; without it standard input is read");
    app.add_option("--system", options.request.system_prompt, "System prompt");
    app.add_option("--messages", raw.messages_file, "History in OpenAI's chat format (JSON)");
    app.add_option("--tools", raw.tools_file, "Tools in OpenAI's format (JSON); they are not run");
    app.add_flag("--jsonl", options.jsonl, "Print one JSON object a line, for programs");
}

void finish_options(const RawOptions& raw, ChatOptions& options) {
    choose_models(raw, options);
    options.handler.usage_lookup = !raw.no_usage_lookup;
    options.request.stream = !raw.no_stream;
    for (const auto& word : raw.prompt)
        options.prompt += (options.prompt.empty() ? "" : " ") + word;
    for (const auto& text : raw.parameters) add_parameter(text, options.request.extra);
    if (raw.timeout_seconds > 0) {
        const double ms = std::ceil(raw.timeout_seconds * 1000);
        options.timeout = std::chrono::milliseconds(static_cast<std::int64_t>(ms));
        options.handler.timeouts.total = *options.timeout;
    }
    if (!raw.messages_file.empty()) {
        options.has_history = true;
        options.request.messages = load(raw.messages_file, [](const capstan::json::value& value) {
            return capstan::Conversation::from_json(value);
        });
    }
    if (!raw.tools_file.empty())
        options.request.tools = load(raw.tools_file, [](const capstan::json::value& value) {
            return capstan::tools_from_json(value);
        });
}

}  // namespace

std::optional<int> parse_options(int argc, char** argv, ChatOptions& options) {
    CLI::App app("Chats with a model through OpenRouter. The key is read from OPENROUTER_API_KEY.",
                 "capstan-chat");
    RawOptions raw;
    app.set_version_flag("--version", "capstan-chat " CAPSTAN_VERSION);
    add_conversation_options(app, options, raw);
    add_model_options(app, options, raw);
    add_connection_options(app, options, raw);
    try {
        app.parse(argc, argv);
        finish_options(raw, options);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : usage_error;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "capstan-chat: %s\n", error.what());
        return usage_error;
    }
    return std::nullopt;
}

}  // namespace chat
