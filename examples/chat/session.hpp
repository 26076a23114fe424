#pragma once

#include "output.hpp"

#include <capstan/api_handler.hpp>
#include <capstan/error.hpp>
#include <capstan/message_request.hpp>

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <optional>

namespace chat {

/// How a turn ended: the message, whole or as far as it came, and what went wrong.
struct TurnResult {
    TurnResult() = default;

    capstan::AssistantMessage message;
    bool has_content = false;
    std::optional<capstan::ApiError> error;
    bool terminated = false;  ///< by SIGTERM: the program shall end, too
};

/// Runs one turn after the other on one thread, so that connections are kept between them.
class Session {
public:
    Session(capstan::ApiHandler& handler, Output& output) : handler_(handler), output_(output) {}

    /// Streams the answer to the output. SIGINT and SIGTERM cancel it; what came before is kept.
    TurnResult run(capstan::MessageRequest request,
                   std::optional<std::chrono::milliseconds> timeout);

private:
    boost::asio::io_context io_;
    capstan::ApiHandler& handler_;
    Output& output_;
};

}  // namespace chat
