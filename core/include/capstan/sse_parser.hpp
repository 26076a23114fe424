#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace capstan {

/// One dispatched event of a `text/event-stream`. The views are valid until the next call of
/// SseParser::next(), feed() or finish().
struct SseEvent {
    SseEvent() = default;

    std::string_view type;  ///< "message" unless an `event:` line said otherwise
    std::string_view data;  ///< data lines joined by LF
    std::string_view id;    ///< last event id
};

/// Incremental parser for Server-Sent Events, the whole WHATWG grammar (HTML standard, 9.2.6), fed
/// by any byte split. An event whose lines lie in one fed piece and which has one data line is not
/// copied.
///
///     parser.feed(bytes);    // bytes must stay alive until next() returns false
///     SseEvent event;
///     while (parser.next(event)) use(event);
///     ...
///     parser.finish();       // end of stream: an event may lack its last blank line
///     while (parser.next(event)) use(event);
///
/// As the standard says, an event without a data line is not delivered, and one whose data line is
/// empty (`data:`) is, with empty data. Beyond the standard, finish() takes what is left as an
/// event, even if its last line was cut, unless its data is empty: ended_in_event() then warns that
/// the data may be incomplete. A field `error:`, which some servers send instead of `event: error`
/// and `data:`, is read as these two.
class SseParser {
public:
    /// Limits one event (and one line) to `max_event_size` bytes; beyond it next() throws
    /// std::length_error, and so does every later next().
    explicit SseParser(std::size_t max_event_size = 16 * 1024 * 1024);

    /// Adds bytes of the stream. They are not copied: they must stay alive and unchanged until
    /// next() has returned false. If earlier bytes are still unread, both are copied.
    void feed(std::string_view bytes);

    /// Reads the next event into `event`, or returns false: then all fed bytes are used up, and
    /// the parser holds a copy of what it still needs.
    bool next(SseEvent& event);

    /// Marks the end of the stream; to be called when next() has returned false.
    void finish();

    /// Comment lines seen so far.
    std::size_t comments() const noexcept { return comments_; }

    /// The last `retry:` value in milliseconds, or -1.
    long retry_ms() const noexcept { return retry_ms_; }

    /// True if the stream ended inside an event (before its blank line). Known after finish().
    bool ended_in_event() const noexcept { return ended_in_event_; }

private:
    bool take_line(std::string_view& line);
    const char* find_line_end() noexcept;
    void process_line(std::string_view line);
    void process_field(std::string_view name, std::string_view value);
    void add_data(std::string_view value);
    void set_retry(std::string_view value);
    bool dispatch(SseEvent& event) noexcept;
    void keep_data();
    void keep_rest();
    std::string_view data() const noexcept;
    bool is_unfinished() const noexcept;
    bool take_unfinished(SseEvent& event);
    void check_size(std::size_t size);

    std::size_t max_event_size_;
    std::size_t comments_ = 0;
    long retry_ms_ = -1;

    // What is unread of the fed piece, and the next CR and LF in it (nullptr: not looked for).
    const char* cursor_ = nullptr;
    const char* end_ = nullptr;
    const char* next_lf_ = nullptr;
    const char* next_cr_ = nullptr;

    std::string_view data_;    // of the event being read: into the piece or tail_
    std::string data_buffer_;  // in place of data_ when it had to be copied
    std::string tail_;         // the start of a line that the piece did not end
    std::string type_;
    std::string id_;
    std::vector<char> unread_;  // the piece, when feed() found an earlier one unread

    bool has_data_ = false;
    bool data_is_copied_ = false;
    bool has_type_ = false;
    bool in_event_ = false;
    bool tail_is_open_ = false;  // tail_ starts the current line
    bool skip_lf_ = false;       // the last line ended with CR: an LF belongs to it
    bool first_line_ = true;
    bool finished_ = false;
    bool too_large_ = false;
    bool ended_in_event_ = false;
};

}  // namespace capstan
