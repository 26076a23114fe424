#pragma once

#include <capstan/content.hpp>
#include <capstan/json.hpp>

#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace capstan {

/// One call of a tool by the model. `arguments` is the model's own text, byte for byte; the empty
/// text means "{}".
struct ToolCall {
    ToolCall() = default;

    std::string id;
    std::string name;
    std::string arguments;
    json::object extra;  ///< unknown fields of the call, sent back as they came
};
static_assert(!std::is_aggregate_v<ToolCall>);

/// Who made an assistant message. Decides whether its reasoning may be sent back.
struct MessageOrigin {
    MessageOrigin() = default;

    std::string requested_model;
    std::string model;     ///< the model that answered, often a dated slug
    std::string provider;  ///< display name of the provider that served it
};
static_assert(!std::is_aggregate_v<MessageOrigin>);

/// What the model thought. `details` are verbatim and sent back unmodified; an absent value and an
/// empty array differ (wire reference 6.4).
struct Reasoning {
    Reasoning() = default;

    std::string text;
    std::optional<json::array> details;
};
static_assert(!std::is_aggregate_v<Reasoning>);

struct SystemMessage {
    SystemMessage() = default;
    explicit SystemMessage(Content content_) : content(std::move(content_)) {}

    Content content;
    std::string role = "system";  ///< or "developer"
    json::object extra;
};
static_assert(!std::is_aggregate_v<SystemMessage>);

struct UserMessage {
    UserMessage() = default;
    explicit UserMessage(Content content_) : content(std::move(content_)) {}

    Content content;
    json::object extra;
};
static_assert(!std::is_aggregate_v<UserMessage>);

struct AssistantMessage {
    AssistantMessage() = default;
    explicit AssistantMessage(Content content_) : content(std::move(content_)) {}

    Content content;
    Reasoning reasoning;
    std::vector<ToolCall> tool_calls;
    MessageOrigin origin;
    json::object extra;  ///< refusal, annotations, images, audio and unknown fields, sent back
};
static_assert(!std::is_aggregate_v<AssistantMessage>);

/// The result of one tool call.
struct ToolMessage {
    ToolMessage() = default;
    ToolMessage(std::string tool_call_id_, Content content_)
        : tool_call_id(std::move(tool_call_id_)), content(std::move(content_)) {}

    std::string tool_call_id;
    Content content;
    json::object extra;
};
static_assert(!std::is_aggregate_v<ToolMessage>);

using Message = std::variant<SystemMessage, UserMessage, AssistantMessage, ToolMessage>;

/// The message in OpenAI's chat format, as it is sent (wire reference 2.2): reasoning as
/// `reasoning_details` where there are any, else as `reasoning`; an assistant message that only
/// calls tools has null content; empty arguments are sent as "{}". The origin is not part of it.
json::object to_json(const AssistantMessage& message);
json::object to_json(const Message& message);

/// Reads a message in OpenAI's chat format. On assistant messages `model` and `provider` are read
/// as the origin. Throws ApiError of kind invalid_request, saying where, when the role is unknown
/// or a field has a wrong kind; unknown fields are kept.
Message message_from_json(const json::value& value);

}  // namespace capstan
