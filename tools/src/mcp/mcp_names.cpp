#include "mcp/mcp_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

namespace capstan::mcp {

namespace {

constexpr std::size_t max_name = 64;
constexpr std::size_t hash_length = 8;

bool is_allowed(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}

/// FNV-1a: the same on every machine and in every run, as names must be.
std::uint64_t fnv1a(std::string_view text, std::uint64_t hash = 0xcbf29ce484222325u) {
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
    return hash;
}

std::string replaced(std::string_view text) {
    std::string result(text);
    std::replace_if(
        result.begin(), result.end(), [](char c) { return !is_allowed(c); }, '_');
    return result;
}

std::string joined(std::string_view server, std::string_view tool) {
    return fmt::format("{}__{}", server, tool);
}

std::string hashed(std::string_view server, std::string_view tool) {
    // The NUL keeps "a" + "b__c" and "a__b" + "c" apart.
    const auto hash = fnv1a(tool, fnv1a(std::string_view("\0", 1), fnv1a(server)));
    auto name = replaced(joined(server, tool)).substr(0, max_name - hash_length - 1);
    return fmt::format("{}_{:08x}", name, static_cast<std::uint32_t>(hash ^ (hash >> 32)));
}

}  // namespace

std::string tool_name(std::string_view server, std::string_view tool) {
    auto name = joined(server, tool);
    const bool good = name.size() <= max_name && std::all_of(name.begin(), name.end(), is_allowed);
    return good ? name : hashed(server, tool);
}

std::string unique_tool_name(std::string_view server, std::string_view tool,
                             std::set<std::string>& taken) {
    auto name = tool_name(server, tool);
    if (taken.insert(name).second) return name;
    name = hashed(server, tool);
    return taken.insert(name).second ? name : std::string();
}

}  // namespace capstan::mcp
