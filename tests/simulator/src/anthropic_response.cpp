#include "anthropic_response.hpp"

#include "anthropic_events.hpp"
#include "http_text.hpp"
#include "json_file.hpp"

#include <capstan/testing/answers.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <memory>
#include <utility>

namespace capstan::testing {

namespace json = boost::json;

namespace {

json::value parsed(std::string_view text) {
    boost::system::error_code error;
    auto value = json::parse(json::string_view(text.data(), text.size()), error);
    return error ? json::value() : value;
}

bool is_chat(const json::value& value) {
    const auto* object = value.if_object();
    return object && !object->contains("type") &&
           (object->contains("choices") || object->contains("error"));
}

/// One event of a stream ("data: ...\n\n") in the other dialect.
std::string translated_event(MessagesEvents& events, const std::string& bytes) {
    if (bytes.starts_with(":")) return events.ping();
    if (!bytes.starts_with("data: ")) return bytes;
    const auto payload = std::string_view(bytes).substr(6, bytes.size() - 8);
    if (payload == "[DONE]") return events.end(true);
    const auto value = parsed(payload);
    return is_chat(value) ? events.chunk(value.get_object()) : bytes;
}

std::string translated(MessagesEvents& events, std::string_view bytes) {
    std::string out;
    while (!bytes.empty()) {
        const auto end = bytes.find("\n\n");
        // What a fault cut off stays as it is: half an event.
        if (end == std::string_view::npos) return out.append(bytes);
        out += translated_event(events, std::string(bytes.substr(0, end + 2)));
        bytes.remove_prefix(end + 2);
    }
    return out;
}

bool shows_thoughts(const json::object& body) {
    const auto* thinking = member_at(body, "thinking");
    return !thinking || !thinking->is_object() ||
           text_at(thinking->get_object(), "display") != "omitted";
}

std::string model_in(const json::value& body) {
    return body.is_object() ? text_at(body.get_object(), "model") : std::string();
}

void translate_stream(SimResponse& response, const json::value& body) {
    const auto events = std::make_shared<MessagesEvents>(
        model_in(body), !body.is_object() || shows_thoughts(body.get_object()));
    std::vector<Step> steps;
    for (auto& step : response.body) {
        if (step.kind == Step::Kind::send) {
            step.bytes = translated(*events, step.bytes);
            if (step.bytes.empty()) continue;
        } else if (step.kind == Step::Kind::produce) {
            step.next = [events, next = std::move(step.next)]() -> std::optional<std::string> {
                auto bytes = next();
                if (bytes) *bytes = translated(*events, *bytes);
                return bytes;
            };
        }
        steps.push_back(std::move(step));
    }
    if (auto rest = events->end(false); !rest.empty()) steps.push_back(send(std::move(rest)));
    response.body = std::move(steps);
}

/// The blocks of a message that was not streamed, by way of its events.
json::array blocks_of(const json::object& message, const std::string& model, bool thoughts) {
    json::object choice;
    choice["delta"] = message;
    json::object chunk;
    chunk["choices"] = json::array{std::move(choice)};
    MessagesEvents events(model, thoughts);
    auto stream = events.chunk(chunk);
    stream += events.end(true);
    json::array blocks;
    std::string input;
    for (auto at = stream.find("data: "); at != stream.npos; at = stream.find("\ndata: ", at)) {
        at = stream.find('{', at);
        const auto event = parsed(std::string_view(stream).substr(at, stream.find('\n', at) - at));
        const auto& object = event.as_object();
        const auto type = text_at(object, "type");
        if (type == "content_block_start") blocks.push_back(object.at("content_block"));
        if (type == "content_block_delta") {
            auto& block = blocks.back().as_object();
            for (const auto& member : object.at("delta").as_object()) {
                if (member.key() == "type") continue;
                if (member.key() == "partial_json") input += member.value().as_string();
                else block[member.key()] = text_at(block, member.key()) +
                                           std::string(member.value().as_string());
            }
        }
        if (type == "content_block_stop" && !input.empty())
            blocks.back().as_object()["input"] = parsed(std::exchange(input, {}));
    }
    return blocks;
}

json::object single_message(const json::object& chat, const json::value& body) {
    const auto& choice = chat.at("choices").as_array().at(0).as_object();
    json::object message;
    message["id"] = text_at(chat, "id");
    message["type"] = "message";
    message["role"] = "assistant";
    message["model"] = model_in(body);
    message["content"] = blocks_of(choice.at("message").as_object(), model_in(body),
                                   !body.is_object() || shows_thoughts(body.get_object()));
    message["stop_reason"] = stop_reason_of(text_at(choice, "finish_reason"),
                                            text_at(choice, "native_finish_reason"));
    message["stop_sequence"] = nullptr;
    if (const auto* usage = member_at(chat, "usage"); usage && usage->is_object())
        message["usage"] = messages_usage(usage->get_object());
    return message;
}

json::object error_body(json::object error) {
    json::object body;
    body["type"] = "error";
    body["error"] = std::move(error);
    body["request_id"] = "req_simulator";
    return body;
}

bool translate_document(SimResponse& response, const json::value& body) {
    const auto value = parsed(response.body_bytes());
    if (!is_chat(value)) return false;
    const auto& chat = value.get_object();
    const auto text = json::serialize(
        chat.contains("choices") ? single_message(chat, body)
                                 : error_body(messages_error(chat.at("error"), response.status)));
    bool placed = false;
    std::erase_if(response.body, [&](Step& step) {
        if (step.kind != Step::Kind::send) return false;
        step.bytes = text;
        return std::exchange(placed, true);
    });
    return true;
}

}  // namespace

SimResponse messages_response(SimResponse chat, const SimRequest& request) {
    if (chat.framing == Framing::raw) return chat;
    const auto body = request.json();
    std::erase_if(chat.headers,
                  [](const auto& field) { return same_name(field.first, "X-Generation-Id"); });
    const auto type = find_header(chat.headers, "content-type");
    const bool stream = type.starts_with("text/event-stream");
    if (stream) translate_stream(chat, body);
    if (stream || translate_document(chat, body)) chat.with_header("request-id", "req_simulator");
    return chat;
}

SimResponse refusal_response(const MessagesRefusal& refusal) {
    json::object error;
    error["type"] = refusal.status == 401 ? "authentication_error" : "invalid_request_error";
    error["message"] = refusal.message;
    return json_answer(error_body(std::move(error)), refusal.status)
        .with_header("request-id", "req_simulator");
}

}  // namespace capstan::testing
