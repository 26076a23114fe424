#pragma once

#include <capstan/testing/sim_request.hpp>
#include <capstan/testing/sim_response.hpp>

#include <boost/json/value.hpp>

#include <memory>
#include <string_view>

namespace capstan::testing {

/// Scripts are written for chat completions. A request in another dialect is read as the chat
/// request that asks the same, and what answers that is translated back.

/// True if the route is that of the request, or chat completions' and the request is in a dialect.
bool answers(std::string_view route, const SimRequest& request) noexcept;

/// True if the request asks a model, in chat completions' or another dialect.
bool is_chat(const SimRequest& request) noexcept;

/// The body as a chat request has it; null if it is no JSON.
boost::json::value chat_body(const SimRequest& request);

/// The response in the request's dialect; what is not in chat completions' format stays as it is.
std::shared_ptr<const SimResponse> in_dialect(const SimRequest& request,
                                              std::shared_ptr<const SimResponse> response);

}  // namespace capstan::testing
