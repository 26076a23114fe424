#include <capstan/testing/answers.hpp>

#include "answer_text.hpp"
#include "http_text.hpp"

#include <boost/json/serialize.hpp>

#include <utility>

namespace capstan::testing {

namespace json = boost::json;

namespace {

json::string_view view(std::string_view text) { return {text.data(), text.size()}; }

json::object error_object(json::value code, std::string_view message, json::value metadata) {
    json::object error;
    error["message"] = view(message);
    if (!code.is_null()) error["code"] = std::move(code);
    if (!metadata.is_null()) error["metadata"] = std::move(metadata);
    return error;
}

bool is_event_stream(const SimResponse& response) {
    return find_header(response.headers, "content-type").starts_with("text/event-stream");
}

SimResponse ends_with(Step step) {
    SimResponse response;
    response.framing = Framing::raw;
    response.body.push_back(std::move(step));
    return response;
}

}  // namespace

std::string sse_event(std::string_view payload) {
    std::string event = "data: ";
    event.append(payload).append("\n\n");
    return event;
}

std::string sse_comment(std::string_view text) {
    std::string comment = ": ";
    comment.append(text).append("\n\n");
    return comment;
}

SimResponse sse_raw(const std::vector<std::string>& payloads, bool done) {
    SimResponse response;
    response.with_header("Content-Type", "text/event-stream");
    response.with_header("Cache-Control", "no-cache");
    for (const auto& payload : payloads) response.body.push_back(send(sse_event(payload)));
    if (done) response.body.push_back(send(sse_event("[DONE]")));
    response.framing = Framing::chunked;
    return response;
}

SimResponse sse(const std::vector<json::value>& events, bool done) {
    std::vector<std::string> payloads;
    for (const auto& event : events) payloads.push_back(json::serialize(event));
    return sse_raw(payloads, done);
}

json::value chunk(json::object delta, std::string_view finish_reason) {
    json::value finish = nullptr;
    if (!finish_reason.empty()) finish = view(finish_reason);
    json::object choice;
    choice["index"] = 0;
    choice["delta"] = std::move(delta);
    choice["finish_reason"] = finish;
    choice["native_finish_reason"] = finish;
    json::object event;
    event["id"] = "gen-1700000000-simulator";
    event["object"] = "chat.completion.chunk";
    event["created"] = 1700000000;
    event["model"] = "simulator/echo";
    event["provider"] = "Simulator";
    json::array choices;
    choices.push_back(std::move(choice));
    event["choices"] = std::move(choices);
    return event;
}

json::value text_chunk(std::string_view text) {
    json::object delta;
    delta["role"] = "assistant";
    delta["content"] = view(text);
    return chunk(std::move(delta));
}

SimResponse plain_answer(int status, std::string content_type, std::string body) {
    SimResponse response;
    response.status = status;
    if (!content_type.empty()) response.with_header("Content-Type", std::move(content_type));
    if (!body.empty()) response.body.push_back(send(std::move(body)));
    return response;
}

SimResponse json_answer(const json::value& body, int status) {
    return plain_answer(status, "application/json", json::serialize(body));
}

SimResponse error_answer(int status, json::value code, std::string_view message,
                         json::value metadata) {
    json::object body;
    body["error"] = error_object(std::move(code), message, std::move(metadata));
    return json_answer(body, status);
}

SimResponse error_answer(int status, std::string_view message) {
    return error_answer(status, status, message);
}

SimResponse mid_stream_error(std::string_view text_before, json::value code,
                             std::string_view message, json::value metadata, bool done) {
    std::vector<json::value> events;
    for (const auto word : words_of(text_before)) events.push_back(text_chunk(word));
    json::object delta;
    delta["role"] = "assistant";
    delta["content"] = "";
    auto last = chunk(std::move(delta), "error");
    last.as_object()["error"] = error_object(std::move(code), message, std::move(metadata));
    events.push_back(std::move(last));
    return sse(events, done);
}

SimResponse dropped() { return ends_with(close_connection()); }
SimResponse dropped_by_reset() { return ends_with(reset_connection()); }
SimResponse no_answer() { return ends_with(silence()); }

SimResponse cut_after(SimResponse response, std::size_t bytes, Step end) {
    // A body that would have told its length goes on promising the whole of it.
    if (response.framing == Framing::content_length ||
        (response.framing == Framing::automatic && !is_event_stream(response)))
        response.with_header("Content-Length", std::to_string(response.body_bytes().size()));
    std::vector<Step> kept;
    for (auto& step : response.body) {
        if (bytes == 0) break;
        if (step.kind == Step::Kind::send) {
            step.bytes.resize(std::min(bytes, step.bytes.size()));
            bytes -= step.bytes.size();
        }
        kept.push_back(std::move(step));
    }
    kept.push_back(std::move(end));
    response.body = std::move(kept);
    return response;
}

}  // namespace capstan::testing
