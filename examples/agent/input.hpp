#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>

namespace coding_agent {

namespace asio = boost::asio;

/// A line, or why there is none.
struct InputLine {
    enum class Kind { line, end, interrupted };

    InputLine() = default;
    explicit InputLine(Kind kind_, std::string text_ = {}) : kind(kind_), text(std::move(text_)) {}

    Kind kind = Kind::end;
    std::string text;  ///< without its newline
};
static_assert(!std::is_aggregate_v<InputLine>);

/// Where lines come from. All on one thread; one line() at a time.
class Input {
public:
    Input() = default;
    Input(const Input&) = delete;
    Input& operator=(const Input&) = delete;
    virtual ~Input() = default;

    /// True if a person sits there.
    virtual bool is_terminal() const = 0;
    /// A task or a command; kept in the history.
    virtual asio::awaitable<InputLine> prompt() = 0;
    /// The answer to a question. What was typed before the question was seen does not count.
    virtual asio::awaitable<InputLine> answer(std::string question) = 0;
    /// From now on `taken` gets each line that a person types meanwhile, until stop_listening(),
    /// which comes before the next prompt() or answer(). Lines of a pipe wait for those.
    virtual void listen(std::function<void(std::string)> taken) = 0;
    virtual void stop_listening() = 0;
    /// The line under way ends as interrupted. False if there is none.
    virtual bool interrupt() = 0;
    /// The program goes on after it was stopped: the terminal is set up again.
    virtual void wake() {}
};

/// With line editing and a history (in a file of mode 0600) where standard input and output are a
/// terminal that allows it; else line by line. Questions go to standard error where standard
/// output is no terminal; `quiet`: nowhere.
std::unique_ptr<Input> make_input(asio::any_io_executor executor,
                                  const std::filesystem::path& history, bool quiet);

}  // namespace coding_agent
