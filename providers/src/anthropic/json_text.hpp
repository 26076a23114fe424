#pragma once

#include <capstan/json.hpp>

#include <string>
#include <string_view>

namespace capstan::anthropic {

/// Writes one JSON object straight to a text. Keys of ours need no escaping.
class ObjectText {
public:
    explicit ObjectText(std::string& out) : out_(out) { out_ += '{'; }

    /// Begins a member whose value the caller appends.
    std::string& key(std::string_view name) {
        out_ += first_ ? "\"" : ",\"";
        first_ = false;
        out_ += name;
        out_ += "\":";
        return out_;
    }
    ObjectText& text(std::string_view name, std::string_view value) {
        append_json_string(key(name), value);
        return *this;
    }
    ObjectText& json(std::string_view name, const json::value& value) {
        append_json_text(key(name), value);
        return *this;
    }
    void end() { out_ += '}'; }

private:
    std::string& out_;
    bool first_ = true;
};

/// A list of values, without its brackets.
class ListText {
public:
    /// Where the next value is to be appended.
    std::string& next() {
        if (!out_.empty()) out_ += ',';
        return out_;
    }
    bool empty() const noexcept { return out_.empty(); }
    const std::string& text() const noexcept { return out_; }

private:
    std::string out_;
};

inline bool is_blank(std::string_view text) noexcept {
    return text.find_first_not_of(" \t\r\n\f\v") == std::string_view::npos;
}

}  // namespace capstan::anthropic
