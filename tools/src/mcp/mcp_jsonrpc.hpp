#pragma once

#include <capstan/json.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace capstan::mcp {

/// Codes of JSON-RPC that we send ourselves.
namespace rpc_code {
inline constexpr int invalid_request = -32600;
inline constexpr int method_not_found = -32601;
inline constexpr int invalid_params = -32602;
inline constexpr int internal_error = -32603;
}  // namespace rpc_code

struct RpcError {
    RpcError() = default;

    int code = 0;
    std::string message;
    json::value data;
};

/// The answer to a call of ours.
struct RpcResponse {
    RpcResponse() = default;

    std::int64_t id = 0;
    json::object result;
    std::optional<RpcError> error;
};

/// What the other side wants to know.
struct RpcRequest {
    RpcRequest() = default;

    json::value id;  ///< a string or an integer, given back as it is
    std::string method;
    json::object params;
};

struct RpcNotification {
    RpcNotification() = default;

    std::string method;
    json::object params;
};

/// Something that is no proper message, or the answer to nothing that is open.
struct RpcProblem {
    RpcProblem() = default;

    std::string what;
    std::string reply;  ///< to be sent, unless empty
};

using RpcEvent = std::variant<RpcResponse, RpcRequest, RpcNotification, RpcProblem>;

/// One call of ours, ready to be sent.
struct RpcCall {
    RpcCall() = default;

    std::int64_t id = 0;
    std::string text;
};

/// One end of a JSON-RPC 2.0 conversation, without I/O: gives the texts to send, and takes the
/// texts that came apart. Never throws for what the other side sent.
class JsonRpcPeer {
public:
    /// Ids count from 1 and are never used again.
    RpcCall call(std::string_view method, json::object params);
    /// The id that the next call() will have.
    std::int64_t next_id() const noexcept { return next_id_; }
    /// An answer that comes for this call from now on is a problem.
    void forget(std::int64_t id) { open_.erase(id); }
    bool is_open(std::int64_t id) const { return open_.contains(id); }
    std::size_t open_calls() const noexcept { return open_.size(); }

    /// One message, or an array of messages.
    std::vector<RpcEvent> receive(std::string_view text);

    static std::string notification(std::string_view method, json::object params = {});
    static std::string result(const json::value& id, json::object result);
    static std::string error(const json::value& id, int code, std::string_view message);

private:
    RpcEvent read(const json::value& message);
    RpcEvent read_call(const json::object& message);
    RpcEvent read_answer(const json::object& message);

    std::int64_t next_id_ = 1;
    std::set<std::int64_t> open_;
};

}  // namespace capstan::mcp
