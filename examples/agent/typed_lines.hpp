#pragma once

#include <boost/asio/posix/stream_descriptor.hpp>

#include <functional>
#include <memory>
#include <string>

namespace coding_agent {

/// Lines that are typed on a terminal while the program is busy. The terminal itself shows and
/// edits them; what is not a whole line yet stays there.
class TypedLines {
public:
    /// `rest` holds what was read beyond the last whole line.
    TypedLines(boost::asio::posix::stream_descriptor& terminal, std::string& rest)
        : terminal_(terminal), rest_(rest) {}

    void start(std::function<void(std::string)> taken);
    void stop();
    /// The program is in the foreground again, perhaps.
    void wake();

    /// True if the end of the input was typed, once.
    bool take_end() { return std::exchange(ended_, false); }

private:
    void wait();
    void read();
    void hand_out();

    boost::asio::posix::stream_descriptor& terminal_;
    std::string& rest_;
    std::function<void(std::string)> taken_;  // empty: stopped
    std::shared_ptr<char> waiting_;           // the wait under way has a weak one
    bool ended_ = false;
};

}  // namespace coding_agent
