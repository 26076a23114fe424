#pragma once

#include "oauth/oauth_authorizer.hpp"

#include <capstan/tools/mcp.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace capstan::mcp {

/// The request was not taken by the server: it may be made again, over a new connection.
class NotSent : public McpError {
public:
    using McpError::McpError;
};

/// Where a transport delivers to; called on the client's executor.
class Sink {
public:
    virtual ~Sink() = default;

    virtual void on_message(std::string_view text) = 0;
    /// No answer will come to this request. Ignored when it has been answered.
    virtual void on_request_failed(std::int64_t id, std::exception_ptr error) = 0;
    virtual bool is_waiting(std::int64_t id) const = 0;
    /// Whether a request waits for an authorization: its time does not run then.
    virtual void on_held(std::int64_t id, bool held) = 0;
    /// The connection is lost, and why; `unsent` are requests that the server did not take. The
    /// last call.
    virtual void on_lost(std::string why, std::vector<std::int64_t> unsent) = 0;
    /// No further request can be made. Those under way may still be answered.
    virtual void on_expired() = 0;
};

/// Carries texts to a server and back. All on one executor.
class Transport {
public:
    Transport() = default;
    Transport(const Transport&) = delete;
    Transport& operator=(const Transport&) = delete;
    virtual ~Transport() = default;

    /// Throws McpError.
    virtual void start(std::weak_ptr<Sink> sink) = 0;
    /// `id` is that of a request, which will be answered, or fail. Never throws for the connection.
    virtual void send(std::string text, std::optional<std::int64_t> id) = 0;
    /// Nobody waits for the answer to this request any more.
    virtual void forget(std::int64_t id) = 0;
    /// A version was agreed on; `message` says so to the server and must arrive before others.
    virtual asio::awaitable<void> opened(std::string version, std::string message) = 0;
    /// The rest of a text for an error: what the server said aside of the protocol.
    virtual std::string last_words() const = 0;
    /// Ends the connection in good order. The sink hears no more.
    virtual asio::awaitable<void> close() = 0;
    /// The same in the background; safe in destructors.
    virtual void abandon() = 0;
};

std::shared_ptr<Transport> make_stdio_transport(asio::any_io_executor executor,
                                                McpServerConfig config);
std::shared_ptr<Transport> make_http_transport(asio::any_io_executor executor,
                                               McpServerConfig config,
                                               const HttpClientOptions& options,
                                               std::shared_ptr<oauth::Authorizer> authorizer);

}  // namespace capstan::mcp
