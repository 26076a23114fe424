#include "model/message_chars.hpp"

#include <capstan/context.hpp>

#include <algorithm>
#include <cmath>

namespace capstan {
namespace {

constexpr double greatest_factor = 8;
constexpr double share_of_new = 0.5;
constexpr double least_ratio = 0.01;
constexpr double greatest_ratio = 10;

}  // namespace

std::int64_t TokenEstimator::tokens(const Message& message) const {
    return tokens_of_chars(message_chars(message));
}

std::int64_t TokenEstimator::tokens(const Conversation& conversation) const {
    return tokens_of_chars(conversation.chars());
}

std::int64_t TokenEstimator::tokens_of_chars(std::size_t chars) const {
    return static_cast<std::int64_t>(std::ceil(static_cast<double>(chars) * tokens_per_char_));
}

void TokenEstimator::calibrate(std::int64_t estimated, std::int64_t actual) {
    if (estimated <= 0 || actual <= 0) return;
    const double factor = static_cast<double>(actual) / static_cast<double>(estimated);
    if (factor > greatest_factor || factor < 1 / greatest_factor) return;
    tokens_per_char_ = std::clamp(tokens_per_char_ * (1 + share_of_new * (factor - 1)), least_ratio,
                                  greatest_ratio);
}

json::object TokenEstimator::to_json() const {
    json::object object;
    object["tokens_per_char"] = tokens_per_char_;
    return object;
}

TokenEstimator TokenEstimator::from_json(const json::value& value) {
    TokenEstimator estimator;
    const json::object* object = value.if_object();
    const json::value* ratio = object ? object->if_contains("tokens_per_char") : nullptr;
    if (!ratio || !ratio->is_number()) return estimator;
    const double number = ratio->to_number<double>();
    if (number >= least_ratio && number <= greatest_ratio) estimator.tokens_per_char_ = number;
    return estimator;
}

}  // namespace capstan
