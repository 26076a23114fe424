// With a long history: from a tool's result to the first byte of the next request, as its server
// sees it. A real Agent, a real OpenRouterHandler, a real socket; with a file, a real session.
// next_request [BYTES [SESSION_FILE]]
#include "load_report.hpp"
#include "long_conversation.hpp"
#include "turn_server.hpp"

#include <capstan/agent.hpp>
#include <capstan/providers/openrouter.hpp>
#include <capstan/session.hpp>
#include <capstan/state_store.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

namespace {

using namespace capstan;

using Times = std::vector<std::uint64_t>;

/// Gives a text, and notes when it did.
class Reader final : public Tool {
public:
    explicit Reader(Times& ended) : ended_(ended) {
        definition_.name = "read_file";
        definition_.description = "Reads a file.";
    }
    const FunctionTool& definition() const override { return definition_; }
    asio::awaitable<ToolResult> run(json::value, ToolContext&) override {
        ToolResult result(text_ + std::to_string(ended_.size()));
        ended_.push_back(bench::monotonic_ns());
        co_return result;
    }

private:
    Times& ended_;
    FunctionTool definition_;
    std::string text_ = bench::prose(6'000);
};

class OneTool final : public ToolSource {
public:
    explicit OneTool(Times& ended) : tool_(std::make_shared<Reader>(ended)) {}
    std::vector<std::shared_ptr<Tool>> tools() const override { return {tool_}; }

private:
    std::shared_ptr<Tool> tool_;
};

/// Notes when the loop hands over a request; the rest is the provider's time.
class Timed final : public ApiHandler {
public:
    Timed(ApiHandler& inner, Times& asked) : inner_(inner), asked_(asked) {}
    using ApiHandler::create_message;
    ChunkStream create_message(MessageRequest request) override {
        asked_.push_back(bench::monotonic_ns());
        return inner_.create_message(std::move(request));
    }
    SelectedModel get_model() const override { return inner_.get_model(); }
    std::optional<ModelInfo> model_info(const std::string& model) const override {
        return inner_.model_info(model);
    }

private:
    ApiHandler& inner_;
    Times& asked_;
};

OpenRouterOptions options_for(const std::string& url) {
    OpenRouterOptions options;
    options.base_url = url;
    options.api_key = "sk-bench";
    options.model = bench::long_conversation_model;
    options.usage_lookup = false;
    options.http.proxy_from_environment = false;
    return options;
}

asio::awaitable<void> to_end(AgentStream stream, StopReason& reason) {
    while (auto event = co_await stream.next())
        if (const auto* done = std::get_if<agent_event::Done>(&*event)) reason = done->reason;
}

asio::awaitable<void> to_end_in_session(const Agent& agent, const Conversation& history,
                                        SessionStore& sessions, StopReason& reason) {
    auto creating = sessions.create(AgentRunOptions(), {}, history);
    auto session = co_await std::move(creating);
    auto running = to_end(agent.run(session, UserMessage(std::string("Go on."))), reason);
    co_await std::move(running);
}

/// `sessions` may be null: the run is kept nowhere then.
bool run_once(const Agent& agent, const Conversation& history, SessionStore* sessions) {
    asio::io_context context(1);
    auto reason = StopReason::error;
    const UserMessage question(std::string("Go on."));
    auto running = sessions ? to_end_in_session(agent, history, *sessions, reason)
                            : to_end(agent.run(question, history), reason);
    asio::co_spawn(context, std::move(running), [](std::exception_ptr) {});
    context.run();
    return reason == StopReason::answered;
}

/// From each of `from` to its fellow in `to`, where the first request of every run has none.
std::vector<double> waits(const Times& from, const Times& to, std::size_t steps) {
    std::vector<double> waits;
    for (std::size_t i = 0; i < from.size(); ++i)
        waits.push_back(static_cast<double>(to.at(i + i / steps + 1) - from[i]) / 1000);
    std::sort(waits.begin(), waits.end());
    return waits;
}

}  // namespace

int main(int argc, char** argv) {
    constexpr std::size_t runs = 50;
    constexpr std::size_t steps = 10;
    const std::size_t size = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 2'000'000;
    std::unique_ptr<SessionStore> sessions;
    if (argc > 2)
        sessions = std::make_unique<SessionStore>(std::make_unique<SqliteStateStore>(argv[2]));
    Times ended;
    Times asked;
    bench::TurnServer server(runs, steps);
    OpenRouterHandler handler(options_for(server.url()));
    Timed timed(handler, asked);
    const OneTool tools(ended);
    Agent agent(timed, tools);
    agent.options().context.compaction = false;
    agent.options().system_prompt = bench::prose(10'000);
    const auto history = bench::long_conversation(size);
    for (std::size_t run = 0; run < runs; ++run) {
        if (run_once(agent, history, sessions.get())) continue;
        fmt::print(stderr, "a run ended too early\n");
        std::quick_exit(1);  // the server still waits
    }
    server.join();

    const auto loop = waits(ended, asked, steps);
    const auto all = waits(ended, server.arrived, steps);
    fmt::print(R"({{"client":"next_request","request_bytes":{},"session":{},"rounds":{},)"
               R"("loop_p50_us":{:.0f},"p50_us":{:.0f},"p99_us":{:.0f},"max_us":{:.0f}}})" "\n",
               server.bytes, argc > 2, all.size(), loop[loop.size() / 2], all[all.size() / 2],
               all[all.size() * 99 / 100], all.back());
}
