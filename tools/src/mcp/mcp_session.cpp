#include "mcp/mcp_session.hpp"

#include <capstan/version.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace capstan::mcp {

namespace {

/// Those we speak, the newest first.
constexpr std::array<std::string_view, 4> versions = {"2025-11-25", "2025-06-18", "2025-03-26",
                                                      "2024-11-05"};
constexpr std::string_view initialize = "initialize";

std::shared_ptr<Transport> make_transport(const asio::any_io_executor& executor,
                                          const McpServerConfig& config,
                                          const McpClientOptions& options,
                                          std::shared_ptr<oauth::Authorizer> authorizer) {
    if (!config.url.empty()) {
        return make_http_transport(executor, config, options.http, std::move(authorizer));
    }
    return make_stdio_transport(executor, config);
}

}  // namespace

/// Takes a request off the list when its coroutine ends in any way. It starts nothing, as that way
/// may be the end of the whole context.
class Session::Listing {
public:
    Listing(Session& session, std::int64_t id) : session_(session), id_(id) {}
    Listing(const Listing&) = delete;
    ~Listing() { session_.pending_.erase(id_); }

private:
    Session& session_;
    std::int64_t id_;
};

Session::Session(asio::any_io_executor executor, const McpServerConfig& config,
                 const McpClientOptions& options, std::shared_ptr<oauth::Authorizer> authorizer,
                 NotificationHandler on_notification)
    : executor_(executor),
      config_(config),
      options_(options),
      on_notification_(std::move(on_notification)),
      transport_(make_transport(executor, config_, options_, std::move(authorizer))) {}

asio::awaitable<void> Session::open(Self self) {
    try {
        self->transport_->start(self);
        co_await greet(self);
    } catch (...) {
        self->abandon();
        throw;
    }
    self->opened_ = true;
}

asio::awaitable<void> Session::greet(Self self) {
    const auto limit = self->config_.init_timeout;
    auto pending = std::make_shared<PendingRequest>(self->executor_, limit, limit);
    self->hello_ =
        co_await exchange(self, pending, std::string(initialize), self->initialize_params());
    auto version = self->accept_version();
    auto message = JsonRpcPeer::notification("notifications/initialized");
    co_await self->transport_->opened(std::move(version), std::move(message));
}

json::object Session::initialize_params() const {
    json::object capabilities;
    if (options_.on_elicitation)
        capabilities["elicitation"].emplace_object()["form"].emplace_object();
    if (options_.on_sampling) capabilities["sampling"].emplace_object();
    if (!options_.roots.empty()) capabilities["roots"].emplace_object();
    json::object client;
    client["name"] = "capstan";
    client["version"] = CAPSTAN_VERSION;
    json::object params;
    params["protocolVersion"] = versions.front();
    params["capabilities"] = std::move(capabilities);
    params["clientInfo"] = std::move(client);
    return params;
}

std::string Session::accept_version() const {
    const auto version = find_string(hello_, "protocolVersion").value_or("");
    if (std::find(versions.begin(), versions.end(), version) != versions.end()) {
        return std::string(version);
    }
    throw McpError(fmt::format(
        "MCP server \"{}\" speaks the protocol version \"{}\"; this client speaks {} to {}",
        config_.name, version, versions.back(), versions.front()));
}

asio::awaitable<json::object> Session::request(Self self, std::string method, json::object params,
                                               ToolContext::ProgressCallback on_progress) {
    auto pending = std::make_shared<PendingRequest>(self->executor_, self->config_.request_timeout,
                                                    self->config_.max_request_time);
    pending->on_progress = std::move(on_progress);
    return exchange(std::move(self), std::move(pending), std::move(method), std::move(params));
}

asio::awaitable<json::object> Session::exchange(Self self, PendingPtr pending, std::string method,
                                                json::object params) {
    const auto id = self->submit(pending, method, std::move(params));
    const Listing listing(*self, id);
    bool answered = false;
    try {
        answered = co_await PendingRequest::wait(pending);
    } catch (...) {
        self->give_up(id, method, "the caller cancelled it");
        throw;
    }
    if (!answered) {
        self->give_up(id, method, "the time limit has passed");
        throw self->time_is_up(method, *pending);
    }
    co_return pending->take_result();
}

std::int64_t Session::submit(const PendingPtr& pending, const std::string& method,
                             json::object params) {
    if (lost_) throw NotSent(fmt::format("MCP server \"{}\" is not connected", config_.name));
    // Also without anybody to hear of it: progress moves the time limit.
    if (method != initialize) {
        auto& meta = params["_meta"];
        if (!meta.is_object()) meta.emplace_object();
        meta.get_object()["progressToken"] = peer_.next_id();
    }
    auto call = peer_.call(method, std::move(params));
    pending_[call.id] = pending;
    transport_->send(std::move(call.text), call.id);
    return call.id;
}

void Session::give_up(std::int64_t id, const std::string& method, std::string_view reason) {
    if (!peer_.is_open(id)) return;
    peer_.forget(id);
    transport_->forget(id);
    if (lost_ || method == initialize) return;  // the latter must not be cancelled
    json::object params;
    params["requestId"] = id;
    params["reason"] = reason;
    transport_->send(JsonRpcPeer::notification("notifications/cancelled", std::move(params)),
                     std::nullopt);
}

McpError Session::time_is_up(const std::string& method, const PendingRequest& pending) const {
    auto limit = pending.is_at_last_deadline() ? config_.max_request_time : config_.request_timeout;
    if (!opened_) limit = config_.init_timeout;
    auto text = fmt::format("MCP server \"{}\" did not answer {} within {} ms", config_.name,
                            method, limit.count());
    const auto words = transport_->last_words();
    if (!opened_ && !words.empty()) return McpError(text + "; it wrote: " + words);
    if (!last_problem_.empty()) text += "; it sent " + last_problem_;
    return McpError(text);
}

asio::awaitable<void> Session::close(Self self) {
    self->lose("the connection was closed");
    co_await self->transport_->close();
}

void Session::abandon() {
    lose("the connection was closed");
    transport_->abandon();
}

void Session::on_lost(std::string why, std::vector<std::int64_t> unsent) {
    auto text = fmt::format("MCP server \"{}\" {}", config_.name, why);
    const auto words = transport_->last_words();
    if (!words.empty()) text += "; its last words: " + words;
    for (const auto id : unsent) on_request_failed(id, std::make_exception_ptr(NotSent(text)));
    lose(text);
}

void Session::lose(const std::string& text) {
    lost_ = true;
    const auto open = std::exchange(pending_, {});
    for (const auto& [id, pending] : open) {
        peer_.forget(id);
        pending->fail(std::make_exception_ptr(McpError(text)));
    }
    const auto answers = std::exchange(answers_, {});
    for (const auto& [id, signal] : answers) signal->emit(asio::cancellation_type::all);
}

void Session::on_held(std::int64_t id, bool held) {
    const auto found = pending_.find(id);
    if (found != pending_.end()) found->second->hold(held);
}

void Session::on_request_failed(std::int64_t id, std::exception_ptr error) {
    const auto found = pending_.find(id);
    peer_.forget(id);
    if (found != pending_.end()) found->second->fail(std::move(error));
}

}  // namespace capstan::mcp
