#pragma once

#include "input.hpp"
#include "typed_lines.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>

#include <cstdio>

namespace coding_agent {

/// Lines as they come, without editing: from a pipe, a file, or a terminal that can do no more.
class PlainInput final : public Input {
public:
    /// Questions go to `questions`, if that is not null.
    PlainInput(asio::any_io_executor executor, std::FILE* questions);
    ~PlainInput() override;

    bool is_terminal() const override { return terminal_; }
    asio::awaitable<InputLine> prompt() override;
    asio::awaitable<InputLine> answer(std::string question) override;
    void listen(std::function<void(std::string)> taken) override;
    void stop_listening() override { typed_.stop(); }
    bool interrupt() override;
    void wake() override { typed_.wake(); }

private:
    asio::awaitable<InputLine> read_line(std::string question);

    asio::posix::stream_descriptor descriptor_;
    std::FILE* questions_;
    bool terminal_;
    int flags_;  // of standard input, which others may share
    std::string buffer_;
    TypedLines typed_{descriptor_, buffer_};
    bool reading_ = false;
};

/// Standard input as a descriptor of our own. Of a terminal it is opened anew, so that what we set
/// is not set for the programs that share the terminal.
int own_standard_input();

}  // namespace coding_agent
