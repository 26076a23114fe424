#include <capstan/loop_detector.hpp>

#include <capstan/canonical_json.hpp>

#include <stdexcept>

namespace capstan {
namespace {

std::string call_key(std::string_view tool, std::string_view arguments) {
    std::string bytes = std::to_string(tool.size());
    bytes.append(":").append(tool).append(canonical_arguments(arguments));
    return sha256_hex(bytes);
}

}  // namespace

bool LoopDetector::blocks(std::string_view tool, std::string_view arguments) const {
    if (limits_.block == 0) return false;
    const auto found = calls_.find(call_key(tool, arguments));
    return found != calls_.end() && found->second.count >= limits_.block;
}

LoopVerdict LoopDetector::add(std::string_view tool, std::string_view arguments,
                              std::string_view result) {
    auto& entry = calls_[call_key(tool, arguments)];
    auto fingerprint = sha256_hex(result);
    if (entry.result != fingerprint) {
        entry.result = std::move(fingerprint);
        entry.count = 0;
    }
    return verdict(++entry.count);
}

LoopVerdict LoopDetector::add_blocked(std::string_view tool, std::string_view arguments) {
    return verdict(++calls_[call_key(tool, arguments)].count);
}

LoopVerdict LoopDetector::verdict(std::size_t count) const noexcept {
    if (limits_.stop != 0 && count >= limits_.stop) return LoopVerdict::stop;
    return limits_.warn != 0 && count >= limits_.warn ? LoopVerdict::warn : LoopVerdict::none;
}

json::object LoopDetector::to_json() const {
    json::object object;
    for (const auto& [key, entry] : calls_) {
        json::object call;
        call["result"] = entry.result;
        call["count"] = entry.count;
        object[key] = std::move(call);
    }
    return object;
}

LoopDetector LoopDetector::from_json(const json::value& value, LoopLimits limits) {
    const auto* object = value.if_object();
    if (!object) throw std::invalid_argument("calls of the loop detector: no object");
    LoopDetector detector(limits);
    for (const auto& member : *object) {
        const auto* call = member.value().if_object();
        const auto result = call ? find_string(*call, "result") : std::nullopt;
        const auto count = call ? find_int(*call, "count") : std::nullopt;
        if (!result || !count || *count < 0)
            throw std::invalid_argument("calls of the loop detector: no result with its count");
        auto& entry = detector.calls_[std::string(member.key())];
        entry.result = *result;
        entry.count = static_cast<std::size_t>(*count);
    }
    return detector;
}

}  // namespace capstan
