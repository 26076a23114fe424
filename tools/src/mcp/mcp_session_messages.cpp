// What a session does with the messages that come from the server.
#include "mcp/mcp_elicitation.hpp"
#include "mcp/mcp_session.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>

#include <fmt/format.h>

#include <utility>

namespace capstan::mcp {

namespace {

constexpr std::size_t max_open_answers = 64;

std::string failure_text(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& known) {
        return known.what();
    } catch (...) {
        return "an unknown error";
    }
}

}  // namespace

void Session::on_message(std::string_view text) {
    auto events = peer_.receive(text);
    for (auto& event : events) {
        if (lost_) return;
        std::visit([this](auto& known) { handle(known); }, event);
    }
}

void Session::handle(RpcResponse& response) {
    const auto found = pending_.find(response.id);
    if (found == pending_.end()) return;
    if (!response.error) return found->second->succeed(std::move(response.result));
    const auto text = fmt::format("MCP server \"{}\": {}", config_.name, response.error->message);
    found->second->fail(std::make_exception_ptr(McpError(text, response.error->code)));
}

void Session::handle(RpcNotification& notification) {
    const auto& [method, params] = notification;
    if (method == "notifications/progress") return on_progress(params);
    if (method == "notifications/cancelled") return on_cancelled(params);
    try {
        on_notification_(method, params);
    } catch (...) {
        // A listener's own affair: the connection goes on.
    }
}

void Session::handle(RpcProblem& problem) {
    last_problem_ = std::move(problem.what);
    if (!problem.reply.empty()) transport_->send(std::move(problem.reply), std::nullopt);
}

void Session::on_progress(const json::object& params) {
    const auto found = pending_.find(find_int(params, "progressToken").value_or(0));
    if (found == pending_.end()) return;
    const auto pending = found->second;  // the callback may end the session
    pending->progress(params);
}

void Session::on_cancelled(const json::object& params) {
    const auto* id = find(params, "requestId");
    const auto found = id ? answers_.find(to_json_text(*id)) : answers_.end();
    if (found == answers_.end()) return;
    const auto signal = found->second;
    signal->emit(asio::cancellation_type::all);
}

const McpClientOptions::Question* Session::question(std::string_view method) const {
    const McpClientOptions::Question* found = nullptr;
    if (method == "elicitation/create") found = &options_.on_elicitation;
    if (method == "sampling/createMessage") found = &options_.on_sampling;
    return found && *found ? found : nullptr;
}

json::object Session::roots() const {
    json::array list;
    for (const auto& uri : options_.roots) list.emplace_back(json::object{{"uri", uri}});
    return {{"roots", std::move(list)}};
}

void Session::handle(RpcRequest& request) {
    std::string reply;
    if (request.method == "ping") {
        reply = JsonRpcPeer::result(request.id, {});
    } else if (request.method == "roots/list" && !options_.roots.empty()) {
        reply = JsonRpcPeer::result(request.id, roots());
    } else if (!question(request.method)) {
        reply = JsonRpcPeer::error(request.id, rpc_code::method_not_found,
                                   "this client has no " + request.method);
    } else if (answers_.size() >= max_open_answers) {
        reply =
            JsonRpcPeer::error(request.id, rpc_code::internal_error, "too many requests are open");
    } else {
        return start_answer(std::move(request));
    }
    transport_->send(std::move(reply), std::nullopt);
}

void Session::start_answer(RpcRequest request) {
    const auto signal = std::make_shared<asio::cancellation_signal>();
    const auto key = to_json_text(request.id);
    answers_[key] = signal;
    // The handler keeps the signal: its slot is used until the coroutine has ended.
    auto done = [self = shared_from_this(), signal, key](std::exception_ptr) {
        const auto found = self->answers_.find(key);
        if (found != self->answers_.end() && found->second == signal) self->answers_.erase(found);
    };
    asio::co_spawn(executor_, answer(shared_from_this(), std::move(request)),
                   asio::bind_cancellation_slot(signal->slot(), std::move(done)));
}

asio::awaitable<void> Session::answer(Self self, RpcRequest request) {
    const auto id = request.id;
    std::string text;
    try {
        text = co_await answer_text(self, std::move(request));
    } catch (...) {
        text = JsonRpcPeer::error(id, rpc_code::internal_error,
                                  failure_text(std::current_exception()));
    }
    // What the server took back must not be answered.
    const auto state = co_await asio::this_coro::cancellation_state;
    const bool taken_back = state.cancelled() != asio::cancellation_type::none;
    if (!taken_back && !self->lost_) self->transport_->send(std::move(text), std::nullopt);
}

asio::awaitable<std::string> Session::answer_text(Self self, RpcRequest request) {
    const bool is_form = request.method == "elicitation/create";
    if (is_form && find_string(request.params, "mode").value_or("form") != "form") {
        co_return JsonRpcPeer::error(request.id, rpc_code::invalid_params,
                                     "this client takes elicitations of mode \"form\" only");
    }
    const auto& ask = *self->question(request.method);
    auto result = co_await ask(self->config_.name, request.params);
    if (is_form) apply_elicitation_defaults(request.params, result);
    co_return JsonRpcPeer::result(request.id, std::move(result));
}

}  // namespace capstan::mcp
