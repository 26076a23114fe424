#include <capstan/sse_parser.hpp>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <stdexcept>

namespace capstan {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::string_view data_prefix = "data:";

/// The first `c` in [begin, end), or end.
const char* find_byte(const char* begin, const char* end, char c) noexcept {
    if (begin == end) return end;
    const void* const found = std::memchr(begin, c, static_cast<std::size_t>(end - begin));
    return found == nullptr ? end : static_cast<const char*>(found);
}

std::string_view without_space(std::string_view value) noexcept {
    if (value.starts_with(' ')) value.remove_prefix(1);
    return value;
}

}  // namespace

SseParser::SseParser(std::size_t max_event_size) : max_event_size_(max_event_size) {}

void SseParser::feed(std::string_view bytes) {
    if (cursor_ != end_) {
        keep_data();
        std::vector<char> both(cursor_, end_);
        both.insert(both.end(), bytes.begin(), bytes.end());
        unread_.swap(both);
        bytes = std::string_view(unread_.data(), unread_.size());
    }
    cursor_ = bytes.data();
    end_ = cursor_ + bytes.size();
    next_lf_ = next_cr_ = nullptr;
}

bool SseParser::next(SseEvent& event) {
    if (too_large_) check_size(max_event_size_ + 1);
    std::string_view line;
    while (take_line(line)) {
        if (line.empty()) {
            if (dispatch(event)) return true;
        } else {
            process_line(line);
        }
    }
    keep_data();
    keep_rest();
    return finished_ && take_unfinished(event);
}

void SseParser::finish() {
    finished_ = true;
    if (cursor_ == end_) ended_in_event_ = is_unfinished();
}

/// True if the stream, if it ends here, ends in an event or in a line that is not a comment.
bool SseParser::is_unfinished() const noexcept {
    std::string_view tail = tail_is_open_ ? std::string_view(tail_) : std::string_view();
    if (first_line_ && tail.starts_with(byte_order_mark)) tail.remove_prefix(3);
    return in_event_ || !(tail.empty() || tail.starts_with(':'));
}

bool SseParser::take_unfinished(SseEvent& event) {
    ended_in_event_ = ended_in_event_ || is_unfinished();
    std::string_view tail = tail_is_open_ ? std::string_view(tail_) : std::string_view();
    if (first_line_ && tail.starts_with(byte_order_mark)) tail.remove_prefix(3);
    // Other fields of a cut line are dropped: half an id is a wrong id.
    if (tail.starts_with(data_prefix)) add_data(without_space(tail.substr(data_prefix.size())));
    tail_is_open_ = false;
    if (data().empty()) has_data_ = false;
    return dispatch(event);
}

/// The next whole line without its end, or false if the piece has none.
bool SseParser::take_line(std::string_view& line) {
    if (skip_lf_ && cursor_ != end_) {
        skip_lf_ = false;
        if (*cursor_ == '\n') ++cursor_;
    }
    const char* const line_end = find_line_end();
    if (line_end == end_) return false;
    const auto size = static_cast<std::size_t>(line_end - cursor_);
    check_size(tail_is_open_ ? tail_.size() + size : size);
    line = std::string_view(cursor_, size);
    if (tail_is_open_) line = tail_.append(line);
    tail_is_open_ = false;
    cursor_ = line_end + 1;
    skip_lf_ = *line_end == '\r';
    if (first_line_) {
        first_line_ = false;
        if (line.starts_with(byte_order_mark)) line.remove_prefix(byte_order_mark.size());
    }
    return true;
}

/// Both ends are remembered, so that each byte of a piece is looked at once for each of them.
const char* SseParser::find_line_end() noexcept {
    if (cursor_ == end_ || *cursor_ == '\n') return cursor_;
    if (next_lf_ == nullptr || next_lf_ < cursor_) next_lf_ = find_byte(cursor_, end_, '\n');
    if (next_cr_ == nullptr || next_cr_ < cursor_) next_cr_ = find_byte(cursor_, end_, '\r');
    return std::min(next_lf_, next_cr_);
}

void SseParser::process_line(std::string_view line) {
    if (line.starts_with(data_prefix)) {
        add_data(without_space(line.substr(data_prefix.size())));
        return;
    }
    const std::size_t colon = line.find(':');
    if (colon == 0) {
        ++comments_;
    } else if (colon == line.npos) {
        process_field(line, {});
    } else {
        process_field(line.substr(0, colon), without_space(line.substr(colon + 1)));
    }
}

void SseParser::process_field(std::string_view name, std::string_view value) {
    if (name == "data") {
        add_data(value);
    } else if (name == "event") {
        type_ = value;
        has_type_ = true;
        in_event_ = true;
    } else if (name == "id") {
        if (value.find('\0') == value.npos) id_ = value;
    } else if (name == "retry") {
        set_retry(value);
    } else if (name == "error") {
        type_ = name;
        has_type_ = true;
        add_data(value);
    }
}

void SseParser::add_data(std::string_view value) {
    in_event_ = true;
    if (!has_data_) {
        has_data_ = true;
        data_is_copied_ = false;
        data_ = value;
        return;
    }
    check_size(data().size() + 1 + value.size());
    keep_data();
    data_buffer_ += '\n';
    data_buffer_ += value;
}

std::string_view SseParser::data() const noexcept {
    if (!has_data_) return {};
    return data_is_copied_ ? std::string_view(data_buffer_) : data_;
}

void SseParser::keep_data() {
    if (!has_data_ || data_is_copied_) return;
    data_buffer_.assign(data_);
    data_is_copied_ = true;
}

void SseParser::set_retry(std::string_view value) {
    const bool digits = std::all_of(value.begin(), value.end(),
                                    [](char c) { return c >= '0' && c <= '9'; });
    if (digits) std::from_chars(value.data(), value.data() + value.size(), retry_ms_);
}

bool SseParser::dispatch(SseEvent& event) noexcept {
    const bool deliver = has_data_;
    if (deliver) {
        event.type = "message";
        if (has_type_ && !type_.empty()) event.type = type_;
        event.data = data();
        event.id = id_;
    }
    // The buffers keep their bytes, which the event's views need until the next call.
    has_data_ = has_type_ = in_event_ = false;
    return deliver;
}

/// Copies the start of a line whose end has not come yet.
void SseParser::keep_rest() {
    if (cursor_ == end_) return;
    if (!tail_is_open_) tail_.clear();
    check_size(tail_.size() + static_cast<std::size_t>(end_ - cursor_));
    tail_.append(cursor_, end_);
    tail_is_open_ = true;
    cursor_ = end_;
}

void SseParser::check_size(std::size_t size) {
    if (size <= max_event_size_) return;
    too_large_ = true;
    throw std::length_error("server-sent event is larger than the limit");
}

}  // namespace capstan
