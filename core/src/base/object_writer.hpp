#pragma once

#include <capstan/json.hpp>

#include <string>
#include <string_view>

namespace capstan {

/// Writes the members of one JSON object straight to a text.
class ObjectWriter {
public:
    explicit ObjectWriter(std::string& out) : out_(out) { out_ += '{'; }

    /// Begins a member whose value the caller appends. Keys of ours need no escaping.
    std::string& key(std::string_view name) {
        out_ += first_ ? "\"" : ",\"";
        first_ = false;
        out_ += name;
        out_ += "\":";
        return out_;
    }
    void text(std::string_view name, std::string_view value) {
        append_json_string(key(name), value);
    }
    void value(std::string_view name, const json::value& value) {
        append_json_text(key(name), value);
    }
    /// All members of `extra` but those for which `skip(key)` is true.
    template <class Skip>
    void extra(const json::object& extra, Skip skip) {
        for (const auto& member : extra) {
            const std::string_view name(member.key());
            if (skip(name)) continue;
            if (!first_) out_ += ',';
            first_ = false;
            append_json_string(out_, name);
            out_ += ':';
            append_json_text(out_, member.value());
        }
    }
    void end() { out_ += '}'; }

private:
    std::string& out_;
    bool first_ = true;
};

}  // namespace capstan
