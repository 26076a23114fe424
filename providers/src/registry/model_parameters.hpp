#pragma once

#include <capstan/json.hpp>
#include <capstan/providers/model_uri.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace capstan::registry {

/// One parameter that a model URI may have.
struct ParameterRule {
    using Number = std::optional<double> ModelParameters::*;
    using Integer = std::optional<std::int64_t> ModelParameters::*;
    using Flag = std::optional<bool> ModelParameters::*;
    using Word = std::string ModelParameters::*;

    std::string_view name;
    std::variant<Number, Integer, Flag, Word> member;
    double low = 0;
    double high = 0;
    std::span<const std::string_view> words = {};  ///< what a Word may be
    std::string_view expected;                     ///< for errors: "a number from 0 to 2"
};

/// All of them, in the order of the members.
std::span<const ParameterRule> parameter_rules() noexcept;

/// Null if there is none of that name.
const ParameterRule* find_rule(std::string_view name) noexcept;

/// Takes over a value; false if it is not what the rule expects.
bool read_parameter(const ParameterRule& rule, std::string_view text, ModelParameters& into);

/// The value as read_parameter() reads it; nothing if it is not set.
std::optional<std::string> write_parameter(const ParameterRule& rule,
                                           const ModelParameters& parameters);

/// Removes the request fields that say what the parameters say.
void remove_overruled(const ModelParameters& parameters, json::object& extra);

}  // namespace capstan::registry
