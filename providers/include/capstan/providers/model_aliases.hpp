#pragma once

#include <capstan/json.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace capstan {

/// One rule: names that match `pattern` mean the model URI `replacement`.
struct ModelAlias {
    ModelAlias() = default;
    ModelAlias(std::string pattern_, std::string replacement_)
        : pattern(std::move(pattern_)), replacement(std::move(replacement_)) {}

    /// A regular expression in RE2's syntax. It is looked for anywhere in the name: anchor it by
    /// '^' and '$'.
    std::string pattern;

    /// The model URI that takes the place of the whole name. \1 to \9 are what the groups captured,
    /// \0 the whole match; "\\" is a backslash.
    std::string replacement;
};
static_assert(!std::is_aggregate_v<ModelAlias>);

/// Short names for models: an ordered list, of which the first rule that matches counts.
///
///     [{"pattern": "^gpt-(.*)", "replacement": "openrouter:openai/gpt-\\1"},
///      {"pattern": "^[^:]+/.*", "replacement": "openrouter:\\0"}]
///
/// A replacement is not looked up again, so that there are no loops. Patterns are matched in time
/// linear in the name, whatever they are. Immutable and thread-safe; copies are cheap.
class ModelAliases {
public:
    /// None: every name means itself.
    ModelAliases();

    /// Checks every rule. Throws ApiError of kind configuration that names the entry, the member
    /// and the character: for an empty text, a bad expression, a group that the expression does not
    /// have, a replacement that can be no model URI.
    static ModelAliases from_rules(std::vector<ModelAlias> rules);

    /// The same from a JSON array of objects with "pattern" and "replacement" and nothing else.
    /// `path` is the array's place in its document, for errors.
    static ModelAliases from_json(const json::value& rules,
                                  std::string_view path = "model_aliases");

    /// The model URI that a name means, or the text itself if no rule matches. What follows a '?'
    /// is no part of the name: such parameters are added to those of the replacement and win over
    /// them. Throws ModelUriError when the name is longer than 4096 bytes.
    std::string resolve(std::string_view name) const;

    const std::vector<ModelAlias>& rules() const noexcept;

private:
    struct Impl;
    ModelAliases(std::vector<ModelAlias> rules, std::string_view path);

    std::shared_ptr<const Impl> impl_;
};

}  // namespace capstan
