#pragma once

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace capstan::coding {

namespace asio = boost::asio;

/// A program to run. Its input is empty, its output and its errors come in order of arrival.
struct ProcessSpec {
    ProcessSpec() = default;

    std::vector<std::string> arguments;  ///< the first is the program's path
    std::vector<std::string> environment;  ///< NAME=value
    int folder = -1;  ///< working directory, open; not closed. -1: ours
    std::chrono::milliseconds timeout{0};  ///< zero: none
    std::chrono::milliseconds grace{2'000};  ///< between SIGTERM and SIGKILL
    /// Is given the output as it arrives; false: no more of it is wanted, and the program is ended.
    std::function<bool(std::string_view)> on_output;
};
static_assert(!std::is_aggregate_v<ProcessSpec>);

struct ProcessEnd {
    ProcessEnd() = default;

    int exit_status = 0;
    int signal = 0;  ///< that ended it, or 0
    bool timed_out = false;
};
static_assert(!std::is_aggregate_v<ProcessEnd>);

/// Runs a program in a session of its own, and completes when it has ended. What it started and
/// left running is killed then, also what made a group or a session of its own.
///
/// On timeout and on cancellation the process group gets SIGTERM, and SIGKILL after the grace;
/// cancellation then ends in system_error(operation_aborted). When the coroutine is destroyed, the
/// group is killed at once. Throws std::system_error if the program cannot be started. Handlers run
/// on the awaiting coroutine's executor: a strand, if that has several threads.
asio::awaitable<ProcessEnd> run_process(ProcessSpec spec);

}  // namespace capstan::coding
