#include "registry/alias_replacement.hpp"

#include "registry/model_uri_parser.hpp"

#include <algorithm>
#include <vector>

namespace capstan::registry {
namespace {

constexpr auto none = std::string_view::npos;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

[[noreturn]] void fail(std::size_t position, std::string problem, std::string remedy) {
    TextFault fault;
    fault.position = position;
    fault.length = 2;
    fault.problem = std::move(problem);
    fault.remedy = std::move(remedy);
    throw fault;
}

void check_escape(std::string_view text, std::size_t at, int groups) {
    const char c = at + 1 < text.size() ? text[at + 1] : ' ';
    if (c == '\\') return;
    if (!is_digit(c))
        fail(at, "a backslash needs a digit or a backslash behind it", "Write \\\\ for one");
    if (c - '0' > groups)
        fail(at, "the expression has no group " + std::string(1, c),
             "It has " + std::to_string(groups) + "; \\0 is the whole match");
}

std::vector<std::string_view> split(std::string_view query) {
    std::vector<std::string_view> parts;
    while (true) {
        const auto end = query.find('&');
        parts.push_back(query.substr(0, end));
        if (end == none) return parts;
        query.remove_prefix(end + 1);
    }
}

// Two parameters of which only one can be given.
bool same_parameter(std::string_view a, std::string_view b) {
    a = a.substr(0, a.find('='));
    b = b.substr(0, b.find('='));
    const auto reasoning = [](std::string_view name) {
        return name == "reasoning_effort" || name == "thinking_budget_tokens";
    };
    return a == b || (reasoning(a) && reasoning(b));
}

// Letters stand for what was captured, or digits where only they can stand, as in a port.
void check_sample(std::string sample, const std::vector<std::size_t>& places) {
    const auto fill = [&](const char* filler) {
        for (const auto at : places)
            if (at < sample.size()) sample.replace(at, 2, filler);
    };
    try {
        fill("11");
        parse_model_uri(sample);
    } catch (const TextFault&) {
        fill("xx");
        parse_model_uri(sample);
    }
}

}  // namespace

void check_replacement(std::string_view replacement, int groups) {
    std::vector<std::size_t> places;
    for (std::size_t at = replacement.find('\\'); at != none; at = replacement.find('\\', at + 2)) {
        check_escape(replacement, at, groups);
        places.push_back(at);
    }
    if (places.empty()) {
        parse_model_uri(replacement);
        return;
    }
    // It captures a provider.
    if (places.front() < std::min(replacement.find(':'), replacement.size())) return;
    // A captured value can be anything.
    if (const auto query = replacement.find('?'); query < places.back())
        replacement = replacement.substr(0, query);
    check_sample(std::string(replacement), places);
}

std::string with_parameters(std::string uri, std::string_view query) {
    if (query.empty()) return uri;
    const auto own = split(query.substr(1));
    const auto begin = uri.find('?');
    if (begin == std::string::npos) return uri.append(query);
    std::string result = uri.substr(0, begin).append(query);
    for (const auto part : split(std::string_view(uri).substr(begin + 1))) {
        const bool overruled = std::any_of(own.begin(), own.end(), [&](std::string_view mine) {
            return same_parameter(mine, part);
        });
        if (!overruled) result.append(1, '&').append(part);
    }
    return result;
}

}  // namespace capstan::registry
