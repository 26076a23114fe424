#pragma once

#include <capstan/testing/sim_request.hpp>

#include <boost/json/object.hpp>

#include <optional>

namespace capstan::testing {

/// True for POST /messages.
bool is_messages_request(const SimRequest& request) noexcept;

/// The body of the chat completion that asks the same: what scenarios and the default model
/// understand. Thoughts become reasoning_details, results messages of their own; tools that may not
/// be called are left out.
boost::json::object chat_of_messages(const boost::json::object& body);

/// Why Anthropic would refuse the request: a status and a message; nothing if it would not.
struct MessagesRefusal {
    MessagesRefusal() = default;
    MessagesRefusal(int status_, std::string message_)
        : status(status_), message(std::move(message_)) {}

    int status = 400;
    std::string message;
};
static_assert(!std::is_aggregate_v<MessagesRefusal>);
std::optional<MessagesRefusal> refuse_messages_request(const SimRequest& request,
                                                       bool require_key);

}  // namespace capstan::testing
