#include "registry/model_parameters.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <system_error>

namespace capstan::registry {
namespace {

using Words = std::span<const std::string_view>;
using P = ModelParameters;
constexpr double infinite = std::numeric_limits<double>::infinity();

constexpr std::array<std::string_view, 7> efforts = {"none", "minimal", "low", "medium",
                                                     "high", "xhigh",   "max"};
constexpr std::array<std::string_view, 5> verbosities = {"low", "medium", "high", "xhigh", "max"};

constexpr std::string_view zero_to_one = "a number from 0 to 1";
constexpr std::string_view zero_to_two = "a number from 0 to 2";
constexpr std::string_view around_zero = "a number from -2 to 2";

// Ranges: wire reference 2.1.
constexpr std::array<ParameterRule, 14> rules = {{
    {"temperature", &P::temperature, 0, 2, {}, zero_to_two},
    {"top_p", &P::top_p, 0, 1, {}, zero_to_one},
    {"top_k", &P::top_k, 0, infinite, {}, "an integer of 0 or more"},
    {"min_p", &P::min_p, 0, 1, {}, zero_to_one},
    {"top_a", &P::top_a, 0, 1, {}, zero_to_one},
    {"frequency_penalty", &P::frequency_penalty, -2, 2, {}, around_zero},
    {"presence_penalty", &P::presence_penalty, -2, 2, {}, around_zero},
    {"repetition_penalty", &P::repetition_penalty, 0, 2, {}, zero_to_two},
    {"seed", &P::seed, -infinite, infinite, {}, "an integer of 64 bits"},
    {"max_tokens", &P::max_tokens, 1, infinite, {}, "an integer of 1 or more"},
    {"reasoning_effort", &P::reasoning_effort, 0, 0, Words(efforts),
     "none, minimal, low, medium, high, xhigh or max"},
    {"thinking_budget_tokens", &P::thinking_budget_tokens, 0, infinite, {},
     "an integer of 0 or more"},
    {"verbosity", &P::verbosity, 0, 0, Words(verbosities), "low, medium, high, xhigh or max"},
    {"parallel_tool_calls", &P::parallel_tool_calls, 0, 0, {}, "true or false"},
}};

// The whole text as a decimal number; "inf", "nan" and hexadecimal digits are none.
template <class T>
std::optional<T> read_number(std::string_view text) {
    if (text.find_first_not_of("0123456789+-.eE") != std::string_view::npos) return std::nullopt;
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

template <class T>
std::string write_number(T value) {
    std::array<char, 40> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    return {text.data(), end};
}

template <class T>
bool read_in_range(const ParameterRule& rule, std::string_view text, std::optional<T>& into) {
    const auto value = read_number<T>(text);
    const auto number = static_cast<double>(value.value_or(T{}));
    if (!value || !(number >= rule.low && number <= rule.high)) return false;
    into = value;
    return true;
}

struct Reader {
    const ParameterRule& rule;
    std::string_view text;
    ModelParameters& into;

    bool operator()(ParameterRule::Number member) const {
        return read_in_range(rule, text, into.*member);
    }
    bool operator()(ParameterRule::Integer member) const {
        return read_in_range(rule, text, into.*member);
    }
    bool operator()(ParameterRule::Flag member) const {
        if (text != "true" && text != "false") return false;
        into.*member = text == "true";
        return true;
    }
    bool operator()(ParameterRule::Word member) const {
        if (std::find(rule.words.begin(), rule.words.end(), text) == rule.words.end()) return false;
        into.*member = text;
        return true;
    }
};

struct Writer {
    const ModelParameters& from;

    std::optional<std::string> operator()(ParameterRule::Flag member) const {
        if (!(from.*member)) return std::nullopt;
        return *(from.*member) ? "true" : "false";
    }
    std::optional<std::string> operator()(ParameterRule::Word member) const {
        if ((from.*member).empty()) return std::nullopt;
        return from.*member;
    }
    template <class T>
    std::optional<std::string> operator()(std::optional<T> ModelParameters::*member) const {
        if (!(from.*member)) return std::nullopt;
        return write_number(*(from.*member));
    }
};

}  // namespace

std::span<const ParameterRule> parameter_rules() noexcept { return rules; }

const ParameterRule* find_rule(std::string_view name) noexcept {
    const auto* found = std::find_if(rules.begin(), rules.end(),
                                     [&](const ParameterRule& rule) { return rule.name == name; });
    return found == rules.end() ? nullptr : found;
}

bool read_parameter(const ParameterRule& rule, std::string_view text, ModelParameters& into) {
    return std::visit(Reader{rule, text, into}, rule.member);
}

std::optional<std::string> write_parameter(const ParameterRule& rule,
                                           const ModelParameters& parameters) {
    return std::visit(Writer{parameters}, rule.member);
}

void remove_overruled(const ModelParameters& parameters, json::object& extra) {
    for (const auto& rule : rules)
        if (write_parameter(rule, parameters)) extra.erase(rule.name);
    if (parameters.max_tokens) extra.erase("max_completion_tokens");
    if (parameters.reasoning_effort.empty() && !parameters.thinking_budget_tokens) return;
    for (const std::string_view name : {"reasoning", "reasoning_effort", "include_reasoning"})
        extra.erase(name);
}

}  // namespace capstan::registry
