#include "chat/tool_call_ids.hpp"

#include "chat/model_slug.hpp"

#include <algorithm>
#include <cstdint>
#include <set>

namespace capstan {
namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

struct IdRule {
    std::size_t min_size = 1;
    std::size_t max_size = 64;
    bool dashes = true;  // '-' and '_' beside letters and digits
    bool any_character = false;
};

bool find_rule(std::string_view family, IdRule& rule) {
    if (family == "mistralai") {
        rule.min_size = rule.max_size = 9;
        rule.dashes = false;
    } else if (family == "openai") {
        rule.max_size = 40;
        rule.any_character = true;
    } else if (family != "anthropic") {
        return false;
    }
    return true;
}

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool fits(const IdRule& rule, std::string_view id) {
    if (id.size() < rule.min_size || id.size() > rule.max_size) return false;
    return rule.any_character || std::all_of(id.begin(), id.end(), [&](char c) {
               return is_letter_or_digit(c) || (rule.dashes && (c == '-' || c == '_'));
           });
}

bool all_fit(const IdRule& rule, std::span<const Message* const> messages) {
    for (const Message* message : messages)
        if (const auto* caller = std::get_if<AssistantMessage>(message))
            for (const ToolCall& call : caller->tool_calls)
                if (!fits(rule, call.id)) return false;
    return true;
}

// FNV-1a: the same on every machine, so that the prompt cache sees the same bytes.
std::uint64_t hash_of(std::string_view id, std::uint64_t salt) {
    std::uint64_t hash = 14695981039346656037ull ^ salt;
    for (unsigned char c : id) hash = (hash ^ c) * 1099511628211ull;
    return hash ^ (hash >> 29);
}

std::string short_id(std::string_view id, std::uint64_t salt) {
    std::uint64_t hash = hash_of(id, salt);
    std::string result(9, ' ');
    for (char& c : result) {
        c = alphabet[hash % alphabet.size()];
        hash /= alphabet.size();
    }
    return result;
}

std::set<std::string, std::less<>> all_ids(std::span<const Message* const> messages) {
    std::set<std::string, std::less<>> ids;
    for (const Message* message : messages)
        if (const auto* caller = std::get_if<AssistantMessage>(message))
            for (const ToolCall& call : caller->tool_calls) ids.insert(call.id);
    return ids;
}

}  // namespace

ToolCallIds map_tool_call_ids(std::span<const Message* const> messages, std::string_view model) {
    ToolCallIds result;
    IdRule rule;
    if (!find_rule(vendor_of(model), rule) || all_fit(rule, messages)) return result;
    const auto ids = all_ids(messages);
    std::set<std::string> used;
    for (const std::string& id : ids)
        if (fits(rule, id)) used.insert(id);
    for (const std::string& id : ids) {
        if (fits(rule, id)) continue;
        std::uint64_t salt = 0;
        std::string candidate = short_id(id, salt);
        while (!used.insert(candidate).second) candidate = short_id(id, ++salt);
        result.emplace(id, std::move(candidate));
    }
    return result;
}

}  // namespace capstan
