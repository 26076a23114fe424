// An agent of its own process, to be killed: agent_child URL PATH ID FILE goes on with the session
// ID of the state file PATH until its run is over. The model is a simulator at URL. Each tool
// appends to FILE what it does.
#include "run_awaitable.hpp"

#include <capstan/agent.hpp>
#include <capstan/capstan.hpp>
#include <capstan/session.hpp>
#include <capstan/tools/registry.hpp>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// Lines of several processes, none of which is ever half there.
class LineFile {
public:
    explicit LineFile(const std::string& path)
        : fd_(::open(path.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600)) {
        if (fd_ < 0) std::_Exit(3);
    }
    void add(const std::string& text) const {
        const auto line = text + "\n";
        if (::write(fd_, line.data(), line.size()) != static_cast<ssize_t>(line.size()))
            std::_Exit(3);
    }

private:
    int fd_;
};

asio::awaitable<capstan::ToolResult> work(const LineFile& file, std::string call_id) {
    file.add("begin " + call_id);
    asio::steady_timer timer(co_await asio::this_coro::executor, 8ms);
    co_await timer.async_wait(asio::use_awaitable);
    file.add("end " + call_id);
    co_return capstan::ToolResult("did " + call_id);
}

void add_tool(capstan::ToolRegistry& tools, const LineFile& file, std::string name,
              capstan::ToolOptions options) {
    capstan::json::object schema;
    schema["type"] = "object";
    tools.add(std::move(name), "Works.", std::move(schema),
              [&file](capstan::json::value, capstan::ToolContext& context) {
                  return work(file, context.call_id);
              },
              options);
}

void add_tools(capstan::ToolRegistry& tools, const LineFile& file) {
    capstan::ToolOptions options;
    add_tool(tools, file, "once", options);
    options.exclusive = true;
    add_tool(tools, file, "alone", options);
    options.exclusive = false;
    options.permission = capstan::Permission::ask;
    add_tool(tools, file, "asked", options);
    options.permission = capstan::Permission::allow;
    options.repeatable = true;
    add_tool(tools, file, "again", options);
}

capstan::OpenRouterOptions handler_options(const std::string& url) {
    capstan::OpenRouterOptions options;
    options.api_key = "sk-or-v1-test";
    options.base_url = url;
    options.model = "test/model";
    options.http.proxy_from_environment = false;
    return options;
}

asio::awaitable<int> go_on(capstan::AgentStream stream) {
    while (auto event = co_await stream.next()) {
        if (auto* wanted = std::get_if<capstan::agent_event::ApprovalWanted>(&*event)) {
            stream.answer(capstan::ApprovalAnswer::allow(wanted->request));
        } else if (auto* done = std::get_if<capstan::agent_event::Done>(&*event)) {
            if (done->reason == capstan::StopReason::answered) co_return 0;
            std::fprintf(stderr, "%s\n", done->sentence.c_str());
            co_return 4;
        }
    }
    co_return 5;
}

asio::awaitable<int> run(capstan::SessionStore& store, const capstan::Agent& agent,
                         std::string id) {
    auto session = co_await store.open(std::move(id));
    std::optional<capstan::UserMessage> message;
    const bool fresh = session.run().state() == capstan::AgentRun::State::idle;
    if (fresh && !session.run().finished()) {
        message.emplace(capstan::Content(std::string("Do it all.")));
    }
    auto going = go_on(agent.run(session, std::move(message)));
    const int code = co_await std::move(going);
    co_await session.flush();
    co_return code;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 5) return 2;
    const LineFile file(argv[4]);
    file.add("up");
    try {
        capstan::SessionStore store(std::make_unique<capstan::SqliteStateStore>(argv[2]));
        capstan::OpenRouterHandler handler(handler_options(argv[1]));
        capstan::ToolRegistry tools;
        add_tools(tools, file);
        capstan::AgentOptions options;
        options.limits.max_steps({}).max_tool_calls({}).max_time({}).max_failed_steps({});
        const capstan::Agent agent(handler, tools, options);
        return capstan::testing::run_awaitable(run(store, agent, argv[3]));
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 6;
    }
}
