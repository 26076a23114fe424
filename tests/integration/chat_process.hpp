#pragma once

#include <chrono>
#include <map>
#include <string>
#include <type_traits>
#include <vector>

#include <sys/types.h>

/// Programs under test, with an environment of their own.
namespace chat_process {

struct Command {
    Command() = default;

    std::string program;
    std::vector<std::string> arguments;
    std::map<std::string, std::string> environment;  ///< all of it; nothing is inherited but PATH
    std::string input;                               ///< standard input, then its end
    bool terminal = false;  ///< a terminal of its own instead of pipes; everything is in `out`
};
static_assert(!std::is_aggregate_v<Command>);

struct Result {
    Result() = default;

    int exit_code = -1;  ///< 128 + number when a signal ended it
    std::string out;
    std::string err;
};
static_assert(!std::is_aggregate_v<Result>);

/// A running program. The destructor kills it. Not thread-safe.
class Child {
public:
    static constexpr std::chrono::milliseconds patience{20'000};

    explicit Child(const Command& command);
    ~Child();
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    /// Waits until standard output holds `text` at least `times` times; false after `patience`.
    bool wait_for(const std::string& text, int times = 1);
    void signal(int number);
    /// Types into the terminal.
    void type(const std::string& text);
    /// Waits for the end. Throws std::runtime_error after `patience`.
    Result wait();

private:
    bool read_more(std::chrono::steady_clock::time_point deadline);

    pid_t pid_ = -1;
    int out_fd_ = -1;
    int err_fd_ = -1;
    Result result_;
};

Result run(const Command& command);

}  // namespace chat_process
