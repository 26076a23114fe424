#pragma once

#include <capstan/agent.hpp>
#include <capstan/testing/answers.hpp>
#include <capstan/testing/sim_request.hpp>

#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <string>

namespace capstan::testing {

/// Many agents at once, each with a number that all its messages, calls and results carry: what is
/// lost, repeated or given to another one shows.

/// The model's side: asks the agent of that number `steps` times, one after the other, to count,
/// and then answers. A request that is not exactly what was said so far gets HTTP 400, saying why.
SimResponse crowd_answer(const SimRequest& request, std::size_t steps);

/// Holds up those who come until all have come.
class Meeting {
public:
    Meeting(asio::io_context& io, std::size_t expected);

    asio::awaitable<void> pass();
    bool over() const noexcept { return missing_ == 0; }

private:
    asio::steady_timer timer_;
    std::size_t missing_;
};

/// One agent: its tool, and what it has seen so far.
class CrowdMember final : public ToolSource {
public:
    CrowdMember(std::size_t number, std::size_t steps);

    /// In the middle of the run the tool waits for the others.
    void meet(Meeting& meeting) noexcept { meeting_ = &meeting; }

    /// Runs to the end.
    asio::awaitable<void> run(const Agent& agent);

    std::vector<std::shared_ptr<Tool>> tools() const override { return {tool_}; }

    /// Empty, or what first went wrong: another event than the one that was due, or an exception.
    const std::string& fault() const noexcept { return fault_; }
    bool done() const noexcept { return done_; }
    /// Of the transcript, as it would be stored.
    std::size_t transcript_bytes() const noexcept { return transcript_bytes_; }

private:
    class Counter;

    void see(const AgentEvent& event);
    void compare();
    std::string due() const;

    std::size_t number_;
    std::size_t steps_;
    Meeting* meeting_ = nullptr;
    std::shared_ptr<Tool> tool_;
    std::size_t step_ = 0;
    std::string seen_;  // since the step began
    std::string fault_;
    std::size_t transcript_bytes_ = 0;
    bool done_ = false;
};

}  // namespace capstan::testing
