// Many agents at once in one thread, through one handler.
#include "agent_crowd.hpp"
#include "openrouter_fixture.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch_test_macros.hpp>

#include <deque>
#include <functional>
#include <optional>

using namespace capstan;
using namespace capstan::testing;

namespace {

struct Crowd {
    Crowd(std::size_t size, std::size_t steps, std::function<SimResponse(const SimRequest&)> model)
        : handler(options_for(simulator, std::make_shared<VirtualClock>())) {
        simulator.set_handler(
            [model = std::move(model)](const SimRequest& request) -> std::optional<SimResponse> {
                if (request.path != "/chat/completions") return std::nullopt;
                return model(request);
            });
        for (std::size_t n = 1; n <= size; ++n) members.emplace_back(n, steps);
    }

    void run(bool meeting) {
        asio::io_context context(1);
        Meeting place(context, members.size());
        for (auto& member : members) {
            if (meeting) member.meet(place);
            const auto& agent = agents.emplace_back(handler, member);
            asio::co_spawn(context, member.run(agent), asio::detached);
        }
        context.run();
        met = place.over();
    }

    Simulator simulator;
    OpenRouterHandler handler;
    std::deque<CrowdMember> members;
    std::deque<Agent> agents;
    bool met = false;
};

std::string fault_of_one(std::function<SimResponse(const SimRequest&)> model) {
    Crowd crowd(1, 3, std::move(model));
    crowd.run(false);
    return crowd.members.front().fault();
}

}  // namespace

TEST_CASE("of two hundred agents in one thread each gets its own events, calls and results") {
    constexpr std::size_t steps = 10;
    Crowd crowd(200, steps, [](const SimRequest& request) { return crowd_answer(request, steps); });

    crowd.run(true);

    CHECK(crowd.met);  // all were half-way at once
    CHECK(crowd.simulator.request_count() == 200 * (steps + 1));
    for (const auto& member : crowd.members) {
        CHECK(member.fault() == "");
        CHECK(member.done());
    }
}

TEST_CASE("an agent of a crowd notices what is lost, repeated or another's") {
    const auto good = [](const SimRequest& request) { return crowd_answer(request, 3); };
    CHECK(fault_of_one(good) == "");
    const auto changed = [&](std::string_view from, std::string_view to) {
        return fault_of_one([=](const SimRequest& request) {
            auto response = good(request);
            auto bytes = response.body_bytes();
            auto at = bytes.find(from);
            for (; at != bytes.npos; at = bytes.find(from, at + to.size()))
                bytes.replace(at, from.size(), to);
            response.body = {send(std::move(bytes))};
            return response;
        });
    };
    CHECK(changed("call_1_2", "call_2_2") != "");
    CHECK(changed("\"content\":\" step\"", "\"content\":\"\"") != "");
    CHECK(changed("\"content\":\" step\"", "\"content\":\" step step\"") != "");
    CHECK(changed("\"content\":\" done.\"", "\"content\":\" gone.\"") != "");

    // A transcript that is not what was said is refused.
    SimRequest request;
    request.body = R"({"messages":[{"role":"user","content":"You are number 1."},
        {"role":"assistant","content":"Number 1 goes on with step 1 of its own.","tool_calls":[]},
        {"role":"tool","content":"","tool_call_id":"call_1_1"}]})";
    CHECK(good(request).status == 400);
}
