#pragma once

#include <capstan/json.hpp>
#include <capstan/tool.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace capstan {

/// One line of an approval policy.
struct ApprovalRule {
    ApprovalRule() = default;

    std::string tool = "*";  ///< the name; '*' stands for any text, anywhere
    std::function<bool(const json::value& arguments)> when;  ///< empty: whatever the arguments
    Permission permission = Permission::ask;
    std::string reason;  ///< told to the model when denied, to the user when asked
};
static_assert(!std::is_aggregate_v<ApprovalRule>);

/// Which calls may be made. The first rule that fits decides; where none does, the tool's own
/// ToolOptions::permission.
class ApprovalPolicy {
public:
    struct Verdict {
        Verdict() = default;

        Permission permission = Permission::allow;
        std::string reason;
    };

    ApprovalPolicy& allow(std::string tool, std::function<bool(const json::value&)> when = {});
    ApprovalPolicy& deny(std::string tool, std::string reason,
                         std::function<bool(const json::value&)> when = {});
    ApprovalPolicy& ask(std::string tool, std::function<bool(const json::value&)> when = {});
    ApprovalPolicy& add(ApprovalRule rule);

    /// A predicate that throws counts as fitting a rule that denies or asks, and as not fitting one
    /// that allows.
    Verdict decide(std::string_view tool, const json::value& arguments,
                   Permission otherwise) const;

    /// Allows everything.
    static ApprovalPolicy allow_all();

private:
    std::vector<ApprovalRule> rules_;
};

/// A call that waits for a person. Bound to the exact call: `fingerprint` is a SHA-256 of session,
/// call, tool and canonical arguments, and an answer counts only for the fingerprint it names.
struct ApprovalRequest {
    ApprovalRequest() = default;

    std::string call_id;
    std::string tool;
    std::string arguments;  ///< what will be executed: the model's own text, or a hook's
    std::string key;        ///< what "always" would be about (Tool::approval_key)
    std::string reason;     ///< why it is asked; may be empty
    std::string preview;    ///< Tool::preview
    std::string fingerprint;
};
static_assert(!std::is_aggregate_v<ApprovalRequest>);

/// What the person said.
struct ApprovalAnswer {
    ApprovalAnswer() = default;

    static ApprovalAnswer allow(const ApprovalRequest& request);
    /// This call, and all with the same key until the session ends.
    static ApprovalAnswer always(const ApprovalRequest& request);
    static ApprovalAnswer deny(const ApprovalRequest& request, std::string reason = {});

    std::string call_id;
    std::string fingerprint;
    bool allowed = false;
    bool for_session = false;
    std::string reason;  ///< told to the model
};
static_assert(!std::is_aggregate_v<ApprovalAnswer>);

/// The fingerprint of a call, as lower-case hexadecimal digits.
std::string approval_fingerprint(std::string_view session_id, std::string_view call_id,
                                 std::string_view tool, std::string_view arguments);

}  // namespace capstan
