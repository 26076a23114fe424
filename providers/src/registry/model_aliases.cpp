#include <capstan/providers/model_aliases.hpp>

#include "registry/alias_replacement.hpp"
#include "registry/model_uri_parser.hpp"

#include <capstan/providers/model_uri.hpp>
#include <capstan/providers/settings_reader.hpp>

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <deque>
#include <utility>

namespace capstan {
namespace {

using registry::TextFault;

constexpr std::size_t longest_name = 4096;
constexpr std::size_t most_groups = 10;  // \0 to \9

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

[[noreturn]] void fail(std::string_view text, const TextFault& fault, std::string_view subject) {
    throw ModelUriError(text, fault.position, fault.length, fault.problem, fault.remedy, subject);
}

re2::RE2::Options expression_options() {
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(1 << 20);
    return options;
}

// Where the part of the pattern begins that RE2 complains of, which it names by its text only.
std::size_t place_of_fault(const std::string& pattern, const re2::RE2& expression) {
    const std::size_t length = expression.error_arg().size();
    if (expression.error_code() == re2::RE2::ErrorTrailingBackslash) return pattern.size() - 1;
    if (expression.error_code() == re2::RE2::ErrorMissingBracket) return pattern.size() - length;
    const auto at = pattern.find(expression.error_arg());
    return at == std::string::npos ? 0 : at;
}

void check_pattern(const std::string& pattern, const re2::RE2& expression,
                   std::string_view subject) {
    TextFault fault;
    fault.length = 1;
    if (pattern.empty()) {
        fault.problem = "the expression is empty";
        fail(pattern, fault, subject);
    }
    if (expression.ok()) return;
    fault.position = place_of_fault(pattern, expression);
    fault.length = expression.error_arg().size();
    fault.problem = "this is no regular expression: " + expression.error();
    fault.remedy = "The syntax is RE2's, which has no look-around and no back-references";
    fail(pattern, fault, subject);
}

}  // namespace

struct ModelAliases::Impl {
    Impl() = default;

    std::vector<ModelAlias> rules;
    std::deque<re2::RE2> expressions;  // they cannot be moved

    // The text that takes the name's place; nothing if no rule matches.
    std::optional<std::string> replace(std::string_view name) const {
        std::array<re2::StringPiece, most_groups> groups;
        for (std::size_t i = 0; i < rules.size(); ++i) {
            const auto& expression = expressions[i];
            const auto count = std::min<std::size_t>(
                most_groups, static_cast<std::size_t>(expression.NumberOfCapturingGroups()) + 1);
            if (!expression.Match(piece(name), 0, name.size(), re2::RE2::UNANCHORED, groups.data(),
                                  static_cast<int>(count)))
                continue;
            std::string out;
            expression.Rewrite(&out, piece(rules[i].replacement), groups.data(),
                               static_cast<int>(count));
            return out;
        }
        return std::nullopt;
    }
};

ModelAliases::ModelAliases() : impl_(std::make_shared<const Impl>()) {}

ModelAliases ModelAliases::from_rules(std::vector<ModelAlias> rules) {
    return ModelAliases(std::move(rules), "model_aliases");
}

ModelAliases::ModelAliases(std::vector<ModelAlias> rules, std::string_view path) {
    auto impl = std::make_shared<Impl>();
    for (const auto& rule : rules) {
        const auto place = fmt::format("{}[{}]", path, impl->expressions.size());
        const auto& expression =
            impl->expressions.emplace_back(piece(rule.pattern), expression_options());
        check_pattern(rule.pattern, expression, place + ".pattern");
        try {
            registry::check_replacement(rule.replacement, expression.NumberOfCapturingGroups());
        } catch (const TextFault& fault) {
            fail(rule.replacement, fault, place + ".replacement");
        }
    }
    impl->rules = std::move(rules);
    impl_ = std::move(impl);
}

ModelAliases ModelAliases::from_json(const json::value& rules, std::string_view path) {
    const auto* array = rules.if_array();
    if (!array)
        throw ApiError(ErrorKind::configuration, fmt::format("{}: expected an array", path));
    std::vector<ModelAlias> list;
    for (const auto& item : *array) {
        SettingsReader reader(item, fmt::format("{}[{}]", path, list.size()));
        ModelAlias rule;
        reader.require("pattern", rule.pattern);
        reader.require("replacement", rule.replacement);
        reader.finish();
        list.push_back(std::move(rule));
    }
    return ModelAliases(std::move(list), path);
}

std::string ModelAliases::resolve(std::string_view text) const {
    const auto name = text.substr(0, text.find('?'));
    if (name.size() > longest_name)
        throw ModelUriError(text, longest_name, 1, "the name is too long");
    auto replaced = impl_->replace(name);
    if (!replaced) return std::string(text);
    return registry::with_parameters(std::move(*replaced), text.substr(name.size()));
}

const std::vector<ModelAlias>& ModelAliases::rules() const noexcept { return impl_->rules; }

}  // namespace capstan
