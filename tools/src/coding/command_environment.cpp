#include "coding/command_environment.hpp"

#include <algorithm>

namespace capstan::coding {
namespace {

constexpr std::size_t shortest_secret = 16;

std::string_view name_of(std::string_view variable) {
    return variable.substr(0, variable.find('='));
}

std::string_view value_of(std::string_view variable) {
    return variable.substr(std::min(name_of(variable).size() + 1, variable.size()));
}

bool is_hidden(std::string_view variable, const std::vector<std::string>& hidden) {
    const auto name = name_of(variable);
    return looks_secret(name) || std::find(hidden.begin(), hidden.end(), name) != hidden.end();
}

}  // namespace

bool looks_secret(std::string_view name) {
    std::string upper(name);
    for (auto& c : upper)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    for (const std::string_view end : {"_KEY", "_TOKEN", "APIKEY", "_PASS", "_PWD"})
        if (upper.ends_with(end)) return true;
    for (const std::string_view part : {"SECRET", "PASSWORD", "PASSWD", "CREDENTIALS"})
        if (upper.find(part) != upper.npos) return true;
    return upper == "TOKEN" || upper == "KEY";
}

std::vector<std::string> visible_environment(const char* const* environment,
                                             const std::vector<std::string>& hidden) {
    std::vector<std::string> visible;
    std::vector<std::string_view> secrets;
    for (; environment && *environment; ++environment) {
        const std::string_view variable = *environment;
        if (!is_hidden(variable, hidden)) visible.emplace_back(variable);
        else if (value_of(variable).size() >= shortest_secret)
            secrets.push_back(value_of(variable));
    }
    std::erase_if(visible, [&](const std::string& variable) {
        return std::any_of(secrets.begin(), secrets.end(), [&](std::string_view secret) {
            return variable.find(secret) != variable.npos;
        });
    });
    return visible;
}

}  // namespace capstan::coding
