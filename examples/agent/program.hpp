#pragma once

#include "input.hpp"
#include "options.hpp"
#include "output.hpp"
#include "toolbox.hpp"

#include <capstan/agent.hpp>
#include <capstan/api_handler.hpp>
#include <capstan/session.hpp>

#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace coding_agent {

namespace exit_code {
constexpr int good = 0;
constexpr int failed = 1;
constexpr int usage = 2;
constexpr int cancelled = 130;  // as a shell reports SIGINT
}  // namespace exit_code

/// The agent with its session, its tools and the person before it. All on one thread.
class Program {
public:
    Program(asio::any_io_executor executor, const Options& options,
            capstan::ApiHandler& handler, Input& input, Output& output);

    /// Opens the session and works until there is nothing more to do; gives the exit code. Throws
    /// what makes that impossible.
    asio::awaitable<int> run();

    /// Ctrl-C: cancels what is under way. False when it came a second time: the program shall end.
    bool interrupt();

private:
    asio::awaitable<void> open_session();
    void keep_undo();
    asio::awaitable<void> know_model();
    asio::awaitable<void> converse();
    asio::awaitable<void> turn(std::optional<capstan::UserMessage> message);
    asio::awaitable<std::optional<capstan::ApprovalAnswer>> ask(
        const capstan::ApprovalRequest& request);
    asio::awaitable<std::optional<std::string>> ask_reason(std::string answer);
    bool has_work_left() const;

    /// What is typed during a run: a message for the model, or a command.
    void listen();
    void heard(std::string line);
    asio::awaitable<InputLine> next_line();

    /// A line that begins with a slash. False: the program shall end.
    asio::awaitable<bool> command(std::string line);
    /// A command that only looks; true if it was one.
    bool quick_command(const std::string& name);
    void use_model(const std::string& text);
    void undo();

    const Options& options_;
    capstan::ApiHandler& handler_;
    Input& input_;
    Output& output_;
    Toolbox toolbox_;
    capstan::SessionStore store_;
    capstan::Agent agent_;
    capstan::ModelUri model_;
    std::optional<capstan::Session> session_;
    std::optional<capstan::AgentStream> stream_;  // while a run is under way
    std::deque<std::string> heard_;  // during a run, to be dealt with after it
    bool compact_next_ = false;
    int code_ = exit_code::usage;  // of the last run; usage: nothing was said yet
    int interrupts_ = 0;           // since a line was typed
};

/// Where the sessions of these options are kept.
std::string sessions_file(const Options& options);

/// The model of the session that the options go on with; empty: there is none.
asio::awaitable<void> find_session_model(capstan::SessionStore& store, const Options& options,
                                         std::string& model);

/// Prints all sessions.
asio::awaitable<void> list_sessions(capstan::SessionStore& store, Output& output);

}  // namespace coding_agent
