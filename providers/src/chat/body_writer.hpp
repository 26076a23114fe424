#pragma once

#include <capstan/json.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace capstan {

/// Writes the fields of a request body in the order of the calls. A field that the raw `extra`
/// fields have too gets their value instead; those that were not written come at the end.
class BodyWriter {
public:
    /// `extra` has to outlive the writer.
    BodyWriter(std::string& out, const json::object& extra) : out_(out), extra_(extra) {
        out_ += '{';
    }

    /// `write()` appends the value to the text.
    template <class Write>
    void field(std::string_view name, Write write) {
        if (const json::value* raw = find(extra_, name)) {
            append_json_text(begin(name), *raw);
            written_.push_back(name);
        } else {
            begin(name);
            write();
        }
    }
    void text(std::string_view name, std::string_view value) {
        field(name, [&] { append_json_string(out_, value); });
    }
    void value(std::string_view name, const json::value& value) {
        field(name, [&] { append_json_text(out_, value); });
    }
    void object(std::string_view name, const json::object& value) {
        field(name, [&] { append_json_text(out_, value); });
    }

    bool has_extra(std::string_view name) const { return extra_.contains(name); }
    std::string& out() noexcept { return out_; }

    /// Writes what is left of the raw fields and ends the body.
    void end();

private:
    std::string& begin(std::string_view name);

    std::string& out_;
    const json::object& extra_;
    std::vector<std::string_view> written_;
    bool first_ = true;
};

/// The raw fields of a call: those of the request win over the handler's, which keep their place.
json::object merge_extra(const json::object& handler, const json::object& request);

}  // namespace capstan
