#pragma once

#include <capstan/message_request.hpp>

namespace capstan {

/// Refuses what the server would surely refuse, before anything is sent. Throws ApiError of kind
/// invalid_request that names the place, and of kind configuration for a session id that is too
/// long. `sampling` is what will be sent; what `extra` replaces is not checked.
void check_request(const MessageRequest& request, const Sampling& sampling,
                   const json::object& extra);

}  // namespace capstan
