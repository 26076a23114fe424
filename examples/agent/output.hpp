#pragma once

#include <capstan/agent_event.hpp>
#include <capstan/error.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <type_traits>

namespace coding_agent {

/// What a session begins with.
struct SessionHead {
    SessionHead() = default;

    std::string id;
    std::string workspace;
    std::string model;
    bool resumed = false;
};
static_assert(!std::is_aggregate_v<SessionHead>);

/// Where everything that happens goes: to a person, or line by line to a program.
class Output {
public:
    Output() = default;
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;
    virtual ~Output() = default;

    virtual void session(const SessionHead& head) = 0;
    virtual void event(const capstan::AgentEvent& event) = 0;
    virtual void approval(const capstan::ApprovalAnswer& answer) = 0;
    /// What a slash command or an option asked for.
    virtual void reply(std::string_view text) = 0;
    /// What the program itself has to say.
    virtual void note(std::string_view text) = 0;
    virtual void error(const capstan::ApiError& error) = 0;
};

std::unique_ptr<Output> make_jsonl_output();
std::unique_ptr<Output> make_terminal_output();

}  // namespace coding_agent
