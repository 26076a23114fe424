// Cancelling and destroying a run in each of its phases.
#include "agent_fixture.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <functional>
#include <utility>

using namespace capstan;
using namespace capstan::testing;
using namespace capstan::agent_event;
using namespace std::chrono_literals;

namespace {

enum class Phase { connecting, streaming, tools, approval };

/// A run that stands still in that phase, for ever.
struct Standing : AgentFixture {
    explicit Standing(Phase phase_) : phase(phase_) {
        add("wait", [this](json::value, ToolContext&) -> asio::awaitable<ToolResult> {
            const Count count(running);
            auto waiting = wait_for_ever();
            co_return co_await std::move(waiting);
        });
        add("risky");
        options.approval.ask("risky");
        if (phase == Phase::connecting) simulator.enqueue(no_answer());
        if (phase == Phase::streaming)
            simulator.enqueue(cut_after(text_answer("one two three four").streamed(), 600,
                                        silence()));
        if (phase == Phase::tools) simulator.enqueue(calls({"wait", "wait"}));
        if (phase == Phase::approval) simulator.enqueue(calls({"risky", "wait"}));
    }

    bool stands(const AgentEvent& event) {
        if (phase == Phase::connecting) return std::holds_alternative<StepStarted>(event);
        if (phase == Phase::streaming) return std::holds_alternative<Text>(event);
        if (phase == Phase::tools) return std::holds_alternative<ToolStarted>(event);
        return std::holds_alternative<ApprovalWanted>(event);
    }

    class Count {
    public:
        explicit Count(int& n) : n_(n) { ++n_; }
        Count(const Count&) = delete;
        ~Count() { --n_; }

    private:
        int& n_;
    };

    Phase phase;
    int running = 0;
};

auto phases() {
    return GENERATE(Phase::connecting, Phase::streaming, Phase::tools, Phase::approval);
}

}  // namespace

TEST_CASE("cancelling a run ends it with results for every call, in each phase") {
    const auto phase = phases();
    CAPTURE(static_cast<int>(phase));
    Standing standing(phase);
    bool cancelled = false;

    const auto watched = standing.run("Go.", [&](AgentStream& stream, const AgentEvent& event) {
        if (cancelled || !standing.stands(event)) return;
        cancelled = true;
        // Later, so that it comes while next() waits.
        asio::post(standing.io, [&stream] { stream.cancel(); });
    });

    CHECK(cancelled);
    CHECK(watched.done().reason == StopReason::cancelled);
    CHECK(fault_of(standing.last) == "");
    CHECK(standing.running == 0);
    CHECK(standing.last.state() == AgentRun::State::idle);
    if (phase == Phase::tools) CHECK(watched.outcome("call_2").status == ToolStatus::cancelled);
}

TEST_CASE("cancelling between two events ends the run, too, in each phase") {
    Standing standing(phases());

    const auto watched = standing.run("Go.", [&](AgentStream& stream, const AgentEvent& event) {
        if (standing.stands(event)) {
            stream.cancel();
            stream.cancel();
        }
    });

    CHECK(watched.done().reason == StopReason::cancelled);
    CHECK(fault_of(standing.last) == "");
    CHECK(standing.running == 0);
}

TEST_CASE("cancelling closes the connection of the model within 100 ms") {
    const auto phase = GENERATE(Phase::connecting, Phase::streaming);
    Standing standing(phase);
    std::chrono::steady_clock::time_point cancelled;

    bool begun = false;
    standing.run("Go.", [&](AgentStream& stream, const AgentEvent& event) {
        if (!standing.stands(event) || std::exchange(begun, true)) return;
        after_requests(standing, 1, [&] {
            cancelled = std::chrono::steady_clock::now();
            stream.cancel();
        });
    });

    const auto request = standing.simulator.requests().at(0);
    const auto connection = standing.simulator.wait_for_close(request.connection);
    CHECK(connection.end != ConnectionEnd::server);
    CHECK(connection.closed - cancelled < 100ms);
}

TEST_CASE("what the model had said before it was cancelled is kept") {
    Standing standing(Phase::streaming);

    const auto watched = standing.run("Go.", [&](AgentStream& stream, const AgentEvent& event) {
        if (standing.stands(event)) stream.cancel();
    });

    CHECK(watched.done().reason == StopReason::cancelled);
    CHECK(watched.done().text.starts_with("one"));
    CHECK(fault_of(standing.last) == "");
}

TEST_CASE("a run can be destroyed in each phase, from within and from without") {
    const auto phase = phases();
    const bool awaited = GENERATE(true, false);
    CAPTURE(static_cast<int>(phase), awaited);
    Standing standing(phase);
    auto stream = std::make_unique<AgentStream>(standing.agent().run("Go."));
    bool destroyed = false;
    std::exception_ptr error;
    auto reading = [&]() -> asio::awaitable<void> {
        while (auto event = co_await stream->next()) {
            if (!standing.stands(*event)) continue;
            destroyed = true;
            if (!awaited) {
                stream.reset();
                co_return;
            }
            asio::post(standing.io, [&] { stream.reset(); });
        }
    };
    asio::co_spawn(standing.io, reading(),
                   [&](std::exception_ptr failure) { error = std::move(failure); });
    standing.io.run();

    CHECK(destroyed);
    CHECK(!stream);
    CHECK(static_cast<bool>(error) == awaited);
    CHECK(standing.running == 0);
    // Otherwise the connection is idle, and kept for the next request.
    if (phase == Phase::connecting || phase == Phase::streaming)
        CHECK(standing.simulator.wait_for_close());
}

TEST_CASE("the event loop may be destroyed before the run, in each phase") {
    const auto phase = phases();
    Standing standing(phase);
    int running_at_stop = 0;
    auto stream = standing.agent().run("Go.");
    {
        asio::io_context io(1);
        Watched watched;
        asio::co_spawn(io, watch(stream, watched, [&](AgentStream&, const AgentEvent& event) {
            if (standing.stands(event)) asio::post(io, [&] { io.stop(); });
        }), asio::detached);
        io.run();
        running_at_stop = standing.running;
    }
    CHECK(standing.running == 0);
    CHECK((phase == Phase::tools) == (running_at_stop > 0));
}

TEST_CASE("a cancelled next() throws, and the events go on to Done when awaited again") {
    const auto phase = phases();
    CAPTURE(static_cast<int>(phase));
    Standing standing(phase);
    auto stream = standing.agent().run("Go.");
    asio::cancellation_signal signal;
    Watched watched;
    std::exception_ptr error;
    asio::co_spawn(standing.io, watch(stream, watched, [&](AgentStream&, const AgentEvent& event) {
        if (!standing.stands(event)) return;
        asio::post(standing.io, [&] { signal.emit(asio::cancellation_type::all); });
    }), asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr failure) {
        error = std::move(failure);
    }));
    standing.io.run();
    REQUIRE(error);
    CHECK_THROWS_AS(std::rethrow_exception(error), boost::system::system_error);

    const auto rest = standing.run(std::move(stream));

    CHECK(rest.done().reason == StopReason::cancelled);
    CHECK(fault_of(standing.last) == "");
    CHECK(standing.running == 0);
}

TEST_CASE("a tool that ignores its cancellation does not hold up the end") {
    AgentFixture fixture;
    Gate gate(fixture.io);
    bool ended = false;
    fixture.add("stubborn", [&](json::value, ToolContext&) -> asio::awaitable<ToolResult> {
        co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
        auto passing = gate.pass();
        co_await std::move(passing);
        ended = true;
        co_return ToolResult("at last");
    });
    fixture.simulator.enqueue(calls({"stubborn"}));

    const auto watched = fixture.run("Go.", [&](AgentStream& stream, const AgentEvent& event) {
        if (std::holds_alternative<ToolStarted>(event))
            asio::post(fixture.io, [&stream] { stream.cancel(); });
        if (!std::holds_alternative<Done>(event)) return;
        CHECK(!ended);
        gate.open();
    });

    CHECK(watched.done().reason == StopReason::cancelled);
    CHECK(watched.outcome("call_1").status == ToolStatus::cancelled);
    CHECK(ended);
}
