#include "sse_reference.hpp"

#include <memory>
#include <stdexcept>

namespace capstan::test {
namespace {

struct Line {
    std::string text;
    bool ended = false;
};

std::vector<Line> split_lines(const std::string& text) {
    std::vector<Line> lines;
    Line line;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\r' && text[i] != '\n') {
            line.text += text[i];
            continue;
        }
        if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') ++i;
        line.ended = true;
        lines.push_back(line);
        line = Line();
    }
    if (!line.text.empty()) lines.push_back(line);
    return lines;
}

class Reader {
public:
    void read(const Line& line) {
        const std::size_t colon = line.text.find(':');
        if (line.text.empty()) {
            dispatch();
        } else if (!line.ended) {
            if (colon != 0) result.ended_in_event = true;
            if (line.text.substr(0, 5) == "data:") field("data", value(line.text.substr(5)));
        } else if (colon == 0) {
            ++result.comments;
        } else if (colon == std::string::npos) {
            field(line.text, "");
        } else {
            field(line.text.substr(0, colon), value(line.text.substr(colon + 1)));
        }
    }

    void end() {
        if (!data_.empty() || !type_.empty() || saw_type_) result.ended_in_event = true;
        if (data_.size() > 1) dispatch();
    }

    SseResult result;

private:
    static std::string value(const std::string& text) {
        return !text.empty() && text[0] == ' ' ? text.substr(1) : text;
    }

    void field(const std::string& name, const std::string& text) {
        if (name == "data" || name == "error") data_ += text + "\n";
        if (name == "event" || name == "error") {
            type_ = name == "event" ? text : name;
            saw_type_ = true;
        }
        if (name == "id" && text.find('\0') == std::string::npos) id_ = text;
        if (name == "retry" && text.find_first_not_of("0123456789") == std::string::npos) {
            retry(text);
        }
    }

    void retry(const std::string& digits) {
        if (digits.empty()) return;
        try {
            result.retry_ms = std::stol(digits);
        } catch (const std::out_of_range&) {
            // Too large a number is ignored.
        }
    }

    void dispatch() {
        if (!data_.empty()) {
            data_.pop_back();
            result.events.push_back(OwnedEvent{type_.empty() ? "message" : type_, data_, id_});
        }
        data_.clear();
        type_.clear();
        saw_type_ = false;
    }

    std::string data_, type_, id_;
    bool saw_type_ = false;
};

void drain(SseParser& parser, SseResult& result) {
    SseEvent event;
    while (parser.next(event)) {
        result.events.push_back(
            OwnedEvent{std::string(event.type), std::string(event.data), std::string(event.id)});
    }
}

}  // namespace

SseResult read_sse_slowly(std::string text) {
    if (text.substr(0, 3) == "\xEF\xBB\xBF") text.erase(0, 3);
    Reader reader;
    for (const Line& line : split_lines(text)) reader.read(line);
    reader.end();
    return reader.result;
}

SseResult read_sse(const std::vector<std::string>& pieces) {
    SseParser parser;
    SseResult result;
    for (const std::string& piece : pieces) {
        // A block of exactly this size: address sanitizer sees every read beyond or after it.
        const auto memory = std::make_unique<char[]>(piece.size());
        piece.copy(memory.get(), piece.size());
        parser.feed(std::string_view(memory.get(), piece.size()));
        drain(parser, result);
    }
    parser.finish();
    drain(parser, result);
    result.comments = parser.comments();
    result.retry_ms = parser.retry_ms();
    result.ended_in_event = parser.ended_in_event();
    return result;
}

}  // namespace capstan::test
