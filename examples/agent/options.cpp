#include "options.hpp"

#include "model_name.hpp"

#include <capstan/version.hpp>

#include <CLI/CLI.hpp>

#include <fstream>
#include <sstream>
#include <stdexcept>

namespace coding_agent {
namespace {

constexpr int usage_error = 2;

/// What cannot be stored in Options directly.
struct RawOptions {
    RawOptions() = default;

    std::vector<std::string> words;
    std::string mcp_file;
    std::string max_cost;
    std::string model;
    std::string resume;
};

std::string read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream text;
    if (in) text << in.rdbuf();
    if (!in || in.bad()) throw std::runtime_error(path + ": cannot be read");
    return std::move(text).str();
}

capstan::Money read_cost(const std::string& text) {
    const auto cost = capstan::Money::parse(text.starts_with('$') ? text.substr(1) : text);
    if (!cost || cost->is_negative())
        throw std::runtime_error("--max-cost " + text + ": an amount in dollars is expected");
    return *cost;
}

void add_task_options(CLI::App& app, Options& options, RawOptions& raw) {
    app.add_option("words", raw.words, "The same as --prompt");
    app.add_option("--prompt", options.prompt, "Do this one task, then end");
    app.add_option("--workspace", options.workspace, "The folder to work in (default: this one)");
    app.add_option("--system", options.system_prompt, "System prompt, instead of the built-in one");
    app.add_option("--mcp-config", raw.mcp_file, "MCP servers: {\"mcpServers\": {...}} (JSON)");
    app.add_flag("--yes", options.yes, "Allow every tool call without asking");
    app.add_option("--allow", options.allowed_commands,
                   "Commands that need no question, e.g. \"git status*\"")
        ->allow_extra_args(false);
    app.add_flag("--jsonl", options.jsonl, "Print one JSON object a line, for programs");
}

void add_session_options(CLI::App& app, Options& options, RawOptions& raw) {
    auto* resume = app.add_option("--resume", raw.resume,
                                  "Go on with a session (default: the newest of the workspace)")
                       ->expected(0, 1);
    app.add_option("--session", options.session,
                   "Go on with the session of this name or id, or begin it")
        ->excludes(resume);
    app.add_flag("--list-sessions", options.list_sessions, "List all sessions and end");
    app.add_option("--state", options.state, "File of the sessions (default: in XDG_STATE_HOME)");
}

void add_model_options(CLI::App& app, Options& options, RawOptions& raw) {
    app.add_option("--model", raw.model,
                   "Model id, e.g. openai/gpt-5-mini, or URI, e.g. anthropic:claude-sonnet-4-5");
    app.add_option("--reasoning-effort", options.handler.reasoning_effort, "How much to think")
        ->check(CLI::IsMember({"max", "xhigh", "high", "medium", "low", "minimal", "none"}));
    app.add_option("--max-steps", options.max_steps, "Most calls of the model in a run")
        ->check(CLI::Range(1, 1'000'000));
    app.add_option("--max-cost", raw.max_cost, "Most dollars to spend, e.g. 0.50");
    app.add_option("--base-url", options.handler.base_url,
                   "API to talk to (default: OPENROUTER_BASE_URL, else OpenRouter)");
    app.add_option("--ca-file", options.handler.http.ca_file, "Trust these certificates (PEM)")
        ->check(CLI::ExistingFile);
}

void finish_options(const CLI::App& app, const RawOptions& raw, Options& options) {
    if (!options.prompt.empty() && !raw.words.empty())
        throw std::runtime_error("a prompt is given twice");
    for (const auto& word : raw.words) options.prompt += (options.prompt.empty() ? "" : " ") + word;
    if (app.count("--prompt") > 0 && options.prompt.empty())
        throw std::runtime_error("--prompt: is empty");
    if (app.count("--session") > 0 && options.session.empty())
        throw std::runtime_error("--session: is empty");
    options.model_given = app.count("--model") > 0;
    if (options.model_given && raw.model.empty()) throw std::runtime_error("--model: is empty");
    options.model = read_model(options.model_given ? raw.model : options.handler.model);
    if (app.count("--resume") > 0) options.resume = raw.resume;
    if (!raw.max_cost.empty()) options.max_cost = read_cost(raw.max_cost);
    if (!raw.mcp_file.empty()) options.mcp_config = read_file(raw.mcp_file);
    if (!std::filesystem::is_directory(options.workspace))
        throw std::runtime_error("--workspace " + options.workspace.string() +
                                 ": there is no such folder");
}

}  // namespace

std::optional<int> parse_options(int argc, char** argv, Options& options) {
    CLI::App app(
        "A coding agent in the terminal: reads, edits and tests a project, with your approval.\n"
        "The key of OpenRouter is read from OPENROUTER_API_KEY.",
        "capstan-agent");
    RawOptions raw;
    app.set_version_flag("--version", "capstan-agent " CAPSTAN_VERSION);
    add_task_options(app, options, raw);
    add_session_options(app, options, raw);
    add_model_options(app, options, raw);
    try {
        app.parse(argc, argv);
        finish_options(app, raw, options);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : usage_error;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "capstan-agent: %s\n", error.what());
        return usage_error;
    }
    return std::nullopt;
}

}  // namespace coding_agent
