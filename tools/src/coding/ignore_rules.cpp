#include "coding/ignore_rules.hpp"

#include <capstan/tools/workspace.hpp>

namespace capstan::coding {
namespace {

/// Blanks at the end do not count, unless a backslash protects them.
std::string_view without_trailing_blanks(std::string_view line) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    while (line.ends_with(' ') && !line.ends_with("\\ ")) line.remove_suffix(1);
    return line;
}

bool take_prefix(std::string_view& text, char c) {
    if (!text.starts_with(c)) return false;
    text.remove_prefix(1);
    return true;
}

/// Braces and commas mean nothing in .gitignore.
std::string escaped_braces(std::string_view pattern) {
    std::string result;
    for (const char c : pattern) {
        if (c == '{' || c == '}') result += '\\';
        result += c;
    }
    return result;
}

}  // namespace

IgnoreRules::IgnoreRules(std::string_view text) {
    while (!text.empty()) {
        const auto feed = text.find('\n');
        add(without_trailing_blanks(text.substr(0, feed)));
        text.remove_prefix(feed == text.npos ? text.size() : feed + 1);
    }
}

void IgnoreRules::add(std::string_view line) {
    if (line.empty() || line.starts_with('#')) return;
    const bool negated = take_prefix(line, '!');
    const bool folders_only = line.ends_with('/');
    if (folders_only) line.remove_suffix(1);
    const bool whole_path = line.find('/') != line.npos;
    take_prefix(line, '/');
    if (line.empty()) return;
    try {
        Rule rule{Glob(escaped_braces(line))};
        rule.negated = negated;
        rule.folders_only = folders_only;
        rule.whole_path = whole_path;
        rules_.push_back(std::move(rule));
    } catch (const WorkspaceError&) {
        return;
    }
}

std::optional<bool> IgnoreRules::decide(std::string_view path, bool folder) const {
    const auto name = path.substr(path.rfind('/') + 1);
    for (auto rule = rules_.rbegin(); rule != rules_.rend(); ++rule) {
        if (rule->folders_only && !folder) continue;
        if (rule->glob.matches(rule->whole_path ? path : name)) return !rule->negated;
    }
    return std::nullopt;
}

}  // namespace capstan::coding
