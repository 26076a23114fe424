#include "plain_input.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

namespace coding_agent {
namespace {

constexpr std::size_t longest_line = 1024 * 1024;

}  // namespace

int own_standard_input() {
    int fd = -1;
    if (const char* name = ttyname(STDIN_FILENO)) fd = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (fd < 0) fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
    if (fd < 0) fd = open("/dev/null", O_RDONLY | O_CLOEXEC);  // standard input was closed
    if (fd < 0) throw std::system_error(errno, std::generic_category(), "standard input");
    return fd;
}

PlainInput::PlainInput(asio::any_io_executor executor, std::FILE* questions)
    : descriptor_(executor, own_standard_input()),
      questions_(questions),
      terminal_(isatty(STDIN_FILENO) != 0),
      flags_(fcntl(STDIN_FILENO, F_GETFL)) {}

PlainInput::~PlainInput() {
    if (flags_ >= 0) fcntl(STDIN_FILENO, F_SETFL, flags_);
}

asio::awaitable<InputLine> PlainInput::prompt() { return read_line(terminal_ ? "> " : ""); }

asio::awaitable<InputLine> PlainInput::answer(std::string question) {
    if (terminal_) {
        tcflush(descriptor_.native_handle(), TCIFLUSH);
        buffer_.clear();
    }
    return read_line(std::move(question));
}

void PlainInput::listen(std::function<void(std::string)> taken) {
    if (terminal_) typed_.start(std::move(taken));
}

asio::awaitable<InputLine> PlainInput::read_line(std::string question) {
    if (questions_) {
        std::fputs(question.c_str(), questions_);
        std::fflush(questions_);
    }
    if (typed_.take_end()) co_return InputLine(InputLine::Kind::end);
    constexpr auto token = asio::as_tuple(asio::use_awaitable);
    auto into = asio::dynamic_buffer(buffer_, longest_line);
    reading_ = true;
    auto [error, size] = co_await asio::async_read_until(descriptor_, into, '\n', token);
    reading_ = false;
    if (questions_ && !terminal_ && !question.empty()) std::fputc('\n', questions_);
    if (error == asio::error::operation_aborted) co_return InputLine(InputLine::Kind::interrupted);
    if (error) size = buffer_.size();  // the last line may lack its newline
    if (size == 0) co_return InputLine(InputLine::Kind::end);
    InputLine line(InputLine::Kind::line, buffer_.substr(0, size));
    buffer_.erase(0, size);
    while (line.text.ends_with('\n') || line.text.ends_with('\r')) line.text.pop_back();
    co_return line;
}

bool PlainInput::interrupt() {
    if (!reading_) return false;
    if (terminal_ && questions_) std::fputc('\n', questions_);
    descriptor_.cancel();
    return true;
}

}  // namespace coding_agent
