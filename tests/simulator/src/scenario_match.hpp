#pragma once

#include <capstan/testing/sim_request.hpp>

#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace capstan::testing {

/// What a scenario's rule asks of the conversation in a request. A criterion that is not given
/// always holds; one that is given never holds for a request without messages.
class ConversationMatch {
public:
    ConversationMatch() = default;
    /// Reads `tools`, `tool_results`, `last_role`, `last_tool` and `last_contains`.
    explicit ConversationMatch(const boost::json::object& source);

    bool operator()(const SimRequest& request) const;

private:
    bool empty() const;

    std::optional<bool> tools_;
    std::optional<std::int64_t> tool_results_;
    std::string last_role_;
    std::string last_tool_;
    std::string last_contains_;
};

/// What an answer's texts may repeat of the request: "{{n}}" is the number of its messages,
/// "{{last}}" the first line of the last one.
std::string fill_marks(std::string text, const SimRequest& request);

}  // namespace capstan::testing
