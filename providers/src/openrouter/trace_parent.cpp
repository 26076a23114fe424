#include "openrouter/trace_parent.hpp"

#include <algorithm>

namespace capstan {
namespace {

bool is_hex(std::string_view text) noexcept {
    return std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    });
}

bool is_zero(std::string_view text) noexcept {
    return text.find_first_not_of('0') == std::string_view::npos;
}

}  // namespace

json::object trace_of(std::string_view text) {
    json::object trace;
    // version "-" 32 hex "-" 16 hex "-" flags; later versions may append more.
    if (text.size() < 55 || text[2] != '-' || text[35] != '-' || text[52] != '-') return trace;
    const std::string_view version = text.substr(0, 2);
    const std::string_view id = text.substr(3, 32);
    const std::string_view span = text.substr(36, 16);
    if (!is_hex(version) || version == "ff" || (version == "00" && text.size() != 55)) return trace;
    if (text.size() > 55 && text[55] != '-') return trace;
    if (!is_hex(id) || !is_hex(span) || !is_hex(text.substr(53, 2))) return trace;
    if (is_zero(id) || is_zero(span)) return trace;
    trace["trace_id"] = id;
    trace["parent_span_id"] = span;
    return trace;
}

}  // namespace capstan
