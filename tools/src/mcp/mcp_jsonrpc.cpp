#include "mcp/mcp_jsonrpc.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace capstan::mcp {

namespace {

constexpr std::size_t max_batch = 1000;
constexpr std::size_t max_quoted = 200;

json::object envelope() {
    json::object message;
    message["jsonrpc"] = "2.0";
    return message;
}

RpcProblem problem(std::string what, std::string reply = {}) {
    RpcProblem result;
    result.what = std::move(what);
    result.reply = std::move(reply);
    return result;
}

std::string in_quotes(std::string_view text) {
    auto start = to_valid_utf8(text.substr(0, max_quoted));
    return text.size() > max_quoted ? start + "..." : start;
}

bool is_id(const json::value& id) { return id.is_string() || id.is_int64() || id.is_uint64(); }

int to_code(std::optional<std::int64_t> code) {
    using Limits = std::numeric_limits<int>;
    return static_cast<int>(std::clamp<std::int64_t>(code.value_or(rpc_code::internal_error),
                                                     Limits::min(), Limits::max()));
}

RpcError read_error(const json::value& value) {
    RpcError error;
    error.code = rpc_code::internal_error;
    const auto* object = value.if_object();
    error.message = object ? "an error without words" : "an error of a wrong shape";
    if (!object) return error;
    error.code = to_code(find_int(*object, "code"));
    if (auto text = find_string(*object, "message")) error.message = to_valid_utf8(*text);
    if (const auto* data = find(*object, "data")) error.data = *data;
    return error;
}

/// Absent, null and an object are good; anything else is not what MCP has.
bool read_params(const json::object& message, json::object& params) {
    const auto* value = find(message, "params");
    if (!value || value->is_null()) return true;
    const auto* object = value->if_object();
    if (object) params = *object;
    return object != nullptr;
}

}  // namespace

RpcCall JsonRpcPeer::call(std::string_view method, json::object params) {
    RpcCall result;
    result.id = next_id_++;
    auto message = envelope();
    message["id"] = result.id;
    message["method"] = method;
    message["params"] = std::move(params);
    result.text = to_json_text(message);
    open_.insert(result.id);
    return result;
}

std::string JsonRpcPeer::notification(std::string_view method, json::object params) {
    auto message = envelope();
    message["method"] = method;
    if (!params.empty()) message["params"] = std::move(params);
    return to_json_text(message);
}

std::string JsonRpcPeer::result(const json::value& id, json::object result) {
    auto message = envelope();
    message["id"] = id;
    message["result"] = std::move(result);
    return to_json_text(message);
}

std::string JsonRpcPeer::error(const json::value& id, int code, std::string_view text) {
    json::object error;
    error["code"] = code;
    error["message"] = text;
    auto message = envelope();
    message["id"] = id;
    message["error"] = std::move(error);
    return to_json_text(message);
}

std::vector<RpcEvent> JsonRpcPeer::receive(std::string_view text) {
    std::vector<RpcEvent> events;
    const auto value = try_parse_json(text);
    if (!value) {
        events.push_back(problem("no JSON: " + in_quotes(text)));
        return events;
    }
    const auto* batch = value->if_array();
    if (!batch) {
        events.push_back(read(*value));
        return events;
    }
    if (batch->empty()) events.push_back(problem("an empty batch"));
    for (const auto& message : *batch) {
        if (events.size() == max_batch) break;
        events.push_back(read(message));
    }
    return events;
}

RpcEvent JsonRpcPeer::read(const json::value& value) {
    const auto* message = value.if_object();
    if (!message) return problem("no message: " + in_quotes(to_json_text(value)));
    if (find_string(*message, "method")) return read_call(*message);
    if (message->contains("result") || message->contains("error")) return read_answer(*message);
    return problem("no message: " + in_quotes(to_json_text(value)));
}

RpcEvent JsonRpcPeer::read_call(const json::object& message) {
    RpcRequest request;
    request.method = *find_string(message, "method");
    const bool good_params = read_params(message, request.params);
    const auto* id = message.if_contains("id");
    if (!id) {
        if (!good_params) return problem("a notification with wrong params: " + request.method);
        RpcNotification notification;
        notification.method = std::move(request.method);
        notification.params = std::move(request.params);
        return notification;
    }
    if (!is_id(*id)) {
        return problem("a request with a wrong id: " + request.method,
                       error(nullptr, rpc_code::invalid_request, "the id is no string or integer"));
    }
    if (!good_params) {
        return problem("a request with wrong params: " + request.method,
                       error(*id, rpc_code::invalid_params, "params is no object"));
    }
    request.id = *id;
    return request;
}

RpcEvent JsonRpcPeer::read_answer(const json::object& message) {
    RpcResponse response;
    const auto* failure = find(message, "error");
    if (failure) response.error = read_error(*failure);
    const auto id = find_int(message, "id");
    if (!id || !open_.contains(*id)) {
        return problem(response.error ? "an error of no open call: " + response.error->message
                                      : "an answer to no open call");
    }
    open_.erase(*id);
    response.id = *id;
    if (response.error) return response;
    if (const auto* result = find_object(message, "result")) {
        response.result = *result;
        return response;
    }
    response.error.emplace();
    response.error->code = rpc_code::internal_error;
    response.error->message = "the result is no object";
    return response;
}

}  // namespace capstan::mcp
