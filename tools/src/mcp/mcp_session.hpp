#pragma once

#include "mcp/mcp_jsonrpc.hpp"
#include "mcp/mcp_pending.hpp"
#include "mcp/mcp_transport.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <functional>
#include <map>

namespace capstan::mcp {

using NotificationHandler =
    std::function<void(const std::string& method, const json::object& params)>;

/// One connection to a server, from initialize to its loss: requests and their answers, time
/// limits, and what the server asks.
class Session final : public Sink, public std::enable_shared_from_this<Session> {
public:
    using Self = std::shared_ptr<Session>;

    Session(asio::any_io_executor executor, const McpServerConfig& config,
            const McpClientOptions& options, std::shared_ptr<oauth::Authorizer> authorizer,
            NotificationHandler on_notification);

    /// Connects and agrees on a version. Throws McpError; the session is of no use then.
    static asio::awaitable<void> open(Self self);
    /// Throws McpError, NotSent among them.
    static asio::awaitable<json::object> request(Self self, std::string method, json::object params,
                                                 ToolContext::ProgressCallback on_progress = {});
    static asio::awaitable<void> close(Self self);
    /// The same in the background; who waits gets an error.
    void abandon();

    bool alive() const noexcept { return !lost_; }
    bool opened() const noexcept { return opened_; }
    const json::object& hello() const noexcept { return hello_; }  ///< result of initialize

    void on_message(std::string_view text) override;
    void on_request_failed(std::int64_t id, std::exception_ptr error) override;
    bool is_waiting(std::int64_t id) const override { return peer_.is_open(id); }
    void on_held(std::int64_t id, bool held) override;
    void on_lost(std::string why, std::vector<std::int64_t> unsent) override;
    void on_expired() override { lost_ = true; }

private:
    class Listing;
    using PendingPtr = std::shared_ptr<PendingRequest>;
    using SignalPtr = std::shared_ptr<asio::cancellation_signal>;

    static asio::awaitable<json::object> exchange(Self self, PendingPtr pending, std::string method,
                                                  json::object params);
    static asio::awaitable<void> greet(Self self);
    static asio::awaitable<void> answer(Self self, RpcRequest request);
    static asio::awaitable<std::string> answer_text(Self self, RpcRequest request);

    json::object initialize_params() const;
    std::string accept_version() const;
    std::int64_t submit(const PendingPtr& pending, const std::string& method, json::object params);
    void give_up(std::int64_t id, const std::string& method, std::string_view reason);
    McpError time_is_up(const std::string& method, const PendingRequest& pending) const;
    void lose(const std::string& text);

    void handle(RpcResponse& response);
    void handle(RpcRequest& request);
    void handle(RpcNotification& notification);
    void handle(RpcProblem& problem);
    void on_progress(const json::object& params);
    void on_cancelled(const json::object& params);
    const McpClientOptions::Question* question(std::string_view method) const;
    json::object roots() const;
    void start_answer(RpcRequest request);

    asio::any_io_executor executor_;
    const McpServerConfig config_;
    const McpClientOptions options_;
    NotificationHandler on_notification_;
    std::shared_ptr<Transport> transport_;
    JsonRpcPeer peer_;
    std::map<std::int64_t, PendingPtr> pending_;
    std::map<std::string, SignalPtr> answers_;  // what the server asked, by its id as JSON
    json::object hello_;
    std::string last_problem_;
    bool opened_ = false;
    bool lost_ = false;
};

}  // namespace capstan::mcp
