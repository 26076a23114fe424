// A thousand agents in one thread, each with ten calls of its tool, against the simulator in a
// process of its own: whether each gets what is its own, and what one of them costs in memory.
#include "agent_crowd.hpp"
#include "load_options.hpp"
#include "load_report.hpp"

#include <capstan/providers/openrouter.hpp>
#include <capstan/testing/simulator.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <fmt/format.h>

#include <cstdlib>
#include <deque>
#include <optional>
#include <string>

#include <sys/wait.h>
#include <unistd.h>

namespace {

using namespace capstan;
using namespace capstan::testing;

constexpr std::size_t steps = 10;

/// The simulator in a child, which ends when the pipe to it is closed. To be made before any
/// thread.
class SimulatorProcess {
public:
    SimulatorProcess() {
        int down[2];
        int up[2];
        if (pipe(down) != 0 || pipe(up) != 0) throw std::runtime_error("no pipe");
        child_ = fork();
        if (child_ < 0) throw std::runtime_error("no second process");
        if (child_ == 0) {
            close(down[1]);
            close(up[0]);
            serve(down[0], up[1]);
        }
        close(down[0]);
        close(up[1]);
        end_ = down[1];
        char space[256];
        const auto size = read(up[0], space, sizeof space);
        close(up[0]);
        if (size <= 0) throw std::runtime_error("the simulator did not start");
        url_.assign(space, static_cast<std::size_t>(size));
    }
    ~SimulatorProcess() {
        close(end_);
        waitpid(child_, nullptr, 0);
    }
    SimulatorProcess(const SimulatorProcess&) = delete;
    SimulatorProcess& operator=(const SimulatorProcess&) = delete;

    const std::string& url() const noexcept { return url_; }

private:
    [[noreturn]] static void serve(int end, int answer) {
        {
            SimulatorOptions options;
            options.keep_requests = false;
            Simulator simulator(options);
            simulator.set_handler([](const SimRequest& request) -> std::optional<SimResponse> {
                if (request.path != "/chat/completions") return std::nullopt;
                return crowd_answer(request, steps);
            });
            const auto url = simulator.base_url();
            char byte = 0;
            if (write(answer, url.data(), url.size()) > 0)
                while (read(end, &byte, 1) > 0) {}
        }
        _exit(0);
    }

    pid_t child_ = -1;
    int end_ = -1;
    std::string url_;
};

OpenRouterOptions options_for(const std::string& url, std::size_t agents) {
    OpenRouterOptions options;
    options.base_url = url;
    options.api_key = "sk-bench";
    options.model = "bench/tiny";
    options.http.proxy_from_environment = false;
    options.http.max_idle_connections_per_origin = agents;
    return options;
}

struct Crowd {
    explicit Crowd(std::size_t size) {
        for (std::size_t n = 0; n < size; ++n) members.emplace_back(n + 1, steps);
    }

    void run(OpenRouterHandler& handler) {
        asio::io_context context(1);
        Meeting meeting(context, members.size());
        for (auto& member : members) {
            member.meet(meeting);
            const auto& agent = agents.emplace_back(handler, member);
            asio::co_spawn(context, member.run(agent), asio::detached);
        }
        context.run();
        met = meeting.over();
    }

    std::deque<CrowdMember> members;
    std::deque<Agent> agents;
    bool met = false;
};

struct Verdict {
    std::size_t wrong = 0;
    std::size_t transcript_bytes = 0;
};

Verdict judge(const Crowd& crowd) {
    Verdict verdict;
    for (const auto& member : crowd.members) {
        verdict.transcript_bytes += member.transcript_bytes();
        if (member.done() && member.fault().empty()) continue;
        if (verdict.wrong++ < 3) fmt::print(stderr, "{}\n", member.fault());
    }
    if (!crowd.met) ++verdict.wrong;
    return verdict;
}

}  // namespace

int main(int argc, char** argv) {
    const SimulatorProcess simulator;
    bench::raise_file_limit();
    const std::size_t agents = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000;
    OpenRouterHandler handler(options_for(simulator.url(), agents));
    Crowd first(1);
    first.run(handler);  // pays for what all share
    const auto before = bench::status_kb("VmRSS");
    const auto cpu = bench::cpu_seconds();
    const auto begun = bench::monotonic_ns();

    Crowd crowd(agents);
    crowd.run(handler);

    const auto wall = static_cast<double>(bench::monotonic_ns() - begun) / 1e9;
    const auto used = static_cast<double>(bench::status_kb("VmHWM") - before);
    const auto verdict = judge(crowd);
    const auto count = static_cast<double>(agents);
    const auto transcript = static_cast<double>(verdict.transcript_bytes) / 1024 / count;
    fmt::print(R"({{"client":"thousand_agents","agents":{},"steps":{},"wrong":{},)"
               R"("kib_per_agent":{:.1f},"transcript_kib":{:.1f},"beyond_transcript_kib":{:.1f},)"
               R"("wall_s":{:.2f},"cpu_s":{:.2f},"us_per_step":{:.0f},"rss_kb":{}}})" "\n",
               agents, steps + 1, verdict.wrong, used / count, transcript,
               used / count - transcript, wall, bench::cpu_seconds() - cpu,
               (bench::cpu_seconds() - cpu) * 1e6 / count / (steps + 1),
               bench::status_kb("VmHWM"));
    return verdict.wrong == 0 && judge(first).wrong == 0 ? 0 : 1;
}
