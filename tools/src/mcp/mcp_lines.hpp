#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace capstan::mcp {

/// Cuts a stream of bytes into lines. A line that is too long is dropped whole, and counted.
class LineSplitter {
public:
    explicit LineSplitter(std::size_t max_line = 64 * 1024 * 1024) : max_line_(max_line) {}

    void feed(std::string_view bytes);
    /// The next complete line without its end (LF or CR LF), or false. Empty lines are left out.
    bool next(std::string& line);
    /// How many were too long; known before such a line ends.
    std::size_t dropped() const noexcept { return dropped_; }

private:
    bool take(std::string& line, std::size_t end);

    std::size_t max_line_;
    std::string buffer_;
    std::size_t start_ = 0;    // of what next() has not given yet
    std::size_t scanned_ = 0;  // no line end in between
    std::size_t dropped_ = 0;
    bool skipping_ = false;  // inside a line that is too long
};

/// The last bytes of what was written, for error texts.
class TextTail {
public:
    explicit TextTail(std::size_t limit = 8 * 1024) : limit_(limit) {}

    void add(std::string_view bytes);
    /// As valid UTF-8, without white space around it and, when cut, from the start of a line.
    std::string text() const;

private:
    std::size_t limit_;
    std::string bytes_;
    bool cut_ = false;
};

}  // namespace capstan::mcp
