#include "mcp/mcp_variables.hpp"

#include <capstan/tools/mcp.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace capstan::mcp {

namespace {

bool is_name(std::string_view text) {
    const auto letter = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    };
    const auto good = [&](char c) { return letter(c) || (c >= '0' && c <= '9'); };
    return !text.empty() && letter(text[0]) && std::all_of(text.begin(), text.end(), good);
}

/// What stands in the braces, replaced, or nothing if that is no variable.
std::optional<std::string> value_of(std::string_view inside, const VariableLookup& lookup) {
    const auto split = inside.find(":-");
    const std::string name(inside.substr(0, split));
    if (!is_name(name)) return std::nullopt;
    const auto value = lookup(name);
    // As in a shell, the default counts for an empty value, too.
    if (split != std::string_view::npos) {
        return value && !value->empty() ? *value : std::string(inside.substr(split + 2));
    }
    if (!value) throw McpError(fmt::format("the environment variable {} is not set", name));
    return value;
}

}  // namespace

std::string expand_variables(std::string_view text, const VariableLookup& lookup) {
    std::string result;
    for (;;) {
        const auto start = text.find("${");
        const auto end = start == std::string_view::npos ? start : text.find('}', start);
        if (end == std::string_view::npos) return result.append(text);
        result.append(text.substr(0, start));
        const auto whole = text.substr(start, end - start + 1);
        const auto value = value_of(whole.substr(2, whole.size() - 3), lookup);
        result.append(value ? std::string_view(*value) : whole);
        text.remove_prefix(end + 1);
    }
}

}  // namespace capstan::mcp
