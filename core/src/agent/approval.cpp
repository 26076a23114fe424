#include <capstan/approval.hpp>

#include <capstan/canonical_json.hpp>

#include <utility>

namespace capstan {
namespace {

/// '*' stands for any text, also for none.
bool fits_pattern(std::string_view text, std::string_view pattern) {
    std::size_t at = 0;
    std::size_t want = 0;
    std::size_t star = pattern.npos;
    std::size_t resume = 0;
    while (at < text.size()) {
        if (want < pattern.size() && pattern[want] == '*') {
            star = want++;
            resume = at;
        } else if (want < pattern.size() && pattern[want] == text[at]) {
            ++want;
            ++at;
        } else if (star != pattern.npos) {
            want = star + 1;
            at = ++resume;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', want) == pattern.npos;
}

bool fits(const ApprovalRule& rule, std::string_view tool, const json::value& arguments) {
    if (!fits_pattern(tool, rule.tool)) return false;
    if (!rule.when) return true;
    try {
        return rule.when(arguments);
    } catch (...) {
        return rule.permission != Permission::allow;  // in doubt, not allowed
    }
}

ApprovalRule make_rule(std::string tool, Permission permission,
                       std::function<bool(const json::value&)> when) {
    ApprovalRule rule;
    rule.tool = std::move(tool);
    rule.permission = permission;
    rule.when = std::move(when);
    return rule;
}

ApprovalAnswer answer_to(const ApprovalRequest& request) {
    ApprovalAnswer answer;
    answer.call_id = request.call_id;
    answer.fingerprint = request.fingerprint;
    return answer;
}

}  // namespace

ApprovalPolicy& ApprovalPolicy::allow(std::string tool,
                                      std::function<bool(const json::value&)> when) {
    return add(make_rule(std::move(tool), Permission::allow, std::move(when)));
}

ApprovalPolicy& ApprovalPolicy::deny(std::string tool, std::string reason,
                                     std::function<bool(const json::value&)> when) {
    auto rule = make_rule(std::move(tool), Permission::deny, std::move(when));
    rule.reason = std::move(reason);
    return add(std::move(rule));
}

ApprovalPolicy& ApprovalPolicy::ask(std::string tool,
                                    std::function<bool(const json::value&)> when) {
    return add(make_rule(std::move(tool), Permission::ask, std::move(when)));
}

ApprovalPolicy& ApprovalPolicy::add(ApprovalRule rule) {
    rules_.push_back(std::move(rule));
    return *this;
}

ApprovalPolicy::Verdict ApprovalPolicy::decide(std::string_view tool, const json::value& arguments,
                                               Permission otherwise) const {
    Verdict verdict;
    verdict.permission = otherwise;
    for (const auto& rule : rules_) {
        if (!fits(rule, tool, arguments)) continue;
        verdict.permission = rule.permission;
        verdict.reason = rule.reason;
        break;
    }
    return verdict;
}

ApprovalPolicy ApprovalPolicy::allow_all() {
    ApprovalPolicy policy;
    policy.allow("*");
    return policy;
}

ApprovalAnswer ApprovalAnswer::allow(const ApprovalRequest& request) {
    auto answer = answer_to(request);
    answer.allowed = true;
    return answer;
}

ApprovalAnswer ApprovalAnswer::always(const ApprovalRequest& request) {
    auto answer = allow(request);
    answer.for_session = true;
    return answer;
}

ApprovalAnswer ApprovalAnswer::deny(const ApprovalRequest& request, std::string reason) {
    auto answer = answer_to(request);
    answer.reason = std::move(reason);
    return answer;
}

std::string approval_fingerprint(std::string_view session_id, std::string_view call_id,
                                 std::string_view tool, std::string_view arguments) {
    const std::string canonical = canonical_arguments(arguments);
    std::string bytes;
    // With their lengths, so that no two lists of fields make the same text.
    for (std::string_view field : {session_id, call_id, tool, std::string_view(canonical)})
        bytes.append(std::to_string(field.size())).append(":").append(field);
    return sha256_hex(bytes);
}

}  // namespace capstan
