#pragma once

#include <capstan/tools/mcp_authorization.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace capstan {

/// The user's consent for MCP servers by way of a browser on this machine: the browser is sent back
/// to a port of 127.0.0.1 (RFC 8252 section 7.3), which listens from the constructor on.
///
///     McpLoopback loopback(io.get_executor(), [](std::string server, std::string url) {
///         std::printf("To use %s, open %s\n", server.c_str(), url.c_str());
///     });
///     McpClientOptions options;
///     loopback.plug_into(options.authorization);
///
/// Several servers may wait at once; a visit with a state that none of them gave is refused. All
/// calls on the executor (a strand, if that has several threads). It is work for the executor's
/// context only while somebody waits. The destructor ends the waits with an exception.
class McpLoopback {
public:
    /// Shows the user what to open, or opens it.
    using ShowUrl = std::function<void(std::string server, std::string url)>;

    /// Port 0: any free one. Throws boost::system::system_error if the port is taken.
    McpLoopback(asio::any_io_executor executor, ShowUrl show_url, std::uint16_t port = 0);
    ~McpLoopback();
    McpLoopback(const McpLoopback&) = delete;
    McpLoopback& operator=(const McpLoopback&) = delete;

    /// "http://127.0.0.1:PORT/callback"
    std::string redirect_uri() const;
    /// Sets `redirect_uri` and `authorize`.
    void plug_into(McpAuthorizationOptions& options) const;
    /// As McpAuthorizationOptions::authorize. Can be cancelled.
    asio::awaitable<std::string> authorize(std::string server, std::string url);

    class Impl;

private:
    std::shared_ptr<Impl> impl_;
};

}  // namespace capstan
