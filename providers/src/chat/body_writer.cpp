#include "chat/body_writer.hpp"

#include <algorithm>

namespace capstan {

std::string& BodyWriter::begin(std::string_view name) {
    if (!first_) out_ += ',';
    first_ = false;
    append_json_string(out_, name);
    out_ += ':';
    return out_;
}

void BodyWriter::end() {
    for (const auto& member : extra_) {
        const std::string_view name(member.key());
        if (std::find(written_.begin(), written_.end(), name) != written_.end()) continue;
        append_json_text(begin(name), member.value());
    }
    out_ += '}';
}

json::object merge_extra(const json::object& handler, const json::object& request) {
    json::object result = handler;
    for (const auto& member : request) result[member.key()] = member.value();
    return result;
}

}  // namespace capstan
