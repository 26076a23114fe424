#pragma once

#include "child_process.hpp"
#include "run_awaitable.hpp"
#include "scripted_run.hpp"

#include <capstan/session.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <thread>

namespace test {

using capstan::Session;
using capstan::SessionError;
using capstan::SessionStore;
using capstan::testing::run_awaitable;

inline capstan::AgentRunOptions unlimited() {
    capstan::AgentRunOptions options;
    options.limits.max_steps({}).max_tool_calls({});
    return options;
}

inline std::unique_ptr<SessionStore> sqlite_sessions(const std::string& path) {
    return std::make_unique<SessionStore>(std::make_unique<capstan::SqliteStateStore>(path));
}

inline std::vector<capstan::RunCommand> append(Session& session, capstan::RunEvent event) {
    const auto time = std::chrono::milliseconds(session.info().events);
    return run_awaitable(session.append(std::move(event), time));
}

inline capstan::run_event::UserSaid said(std::string text) {
    return capstan::run_event::UserSaid(capstan::UserMessage(capstan::Content(std::move(text))));
}

/// Lets a script play the rest of the run.
inline void play(Session& session, std::size_t results) {
    capstan::testing::play_to_end(session.run(), results, [&](capstan::RunEvent event) {
        return append(session, std::move(event));
    });
}

/// The whole state of a run as text.
inline std::string state_of(const Session& session) {
    return capstan::to_json_text(session.run().to_json());
}

/// The kind of the SessionError that comes out.
template <class Function>
SessionError::Kind session_fault(Function function) {
    try {
        function();
    } catch (const SessionError& error) {
        CHECK_FALSE(std::string(error.what()).empty());
        return error.kind();
    }
    FAIL("no SessionError");
    return {};
}

template <class Predicate>
bool eventually(Predicate predicate) {
    using namespace std::chrono_literals;
    const auto deadline = std::chrono::steady_clock::now() + 30s;
    while (!predicate() && std::chrono::steady_clock::now() < deadline) {
        std::this_thread::sleep_for(2ms);
    }
    return predicate();
}

}  // namespace test
