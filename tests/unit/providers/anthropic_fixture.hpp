#pragma once

#include "anthropic/answer_decoder.hpp"
#include "anthropic/request_writer.hpp"
#include "request_log.hpp"

#include <capstan/json.hpp>
#include <capstan/message_assembler.hpp>
#include <capstan/sse_parser.hpp>

#include <string>
#include <string_view>
#include <vector>

/// What the tests of the Messages API share.
namespace anthropic_fixture {

using namespace capstan;

/// Settings with everything off that would add fields of its own.
inline AnthropicOptions bare_options(std::string model = "claude-sonnet-4-5") {
    AnthropicOptions options;
    options.api_key = "sk-ant-test";
    options.model = std::move(model);
    options.prompt_caching = false;
    return options;
}

inline MessageRequest asking(std::string text = "hi") {
    MessageRequest request;
    request.messages.add_user(std::move(text));
    return request;
}

inline WireRequest written(const AnthropicOptions& options, const MessageRequest& request,
                           ReasoningReplay replay = ReasoningReplay::fitting) {
    auto wire = anthropic::write_request(options, request, replay);
    log_request("/messages", wire.body);
    return wire;
}

inline json::object body_of(const AnthropicOptions& options, const MessageRequest& request,
                            ReasoningReplay replay = ReasoningReplay::fitting) {
    return parse_json(written(options, request, replay).body).as_object();
}

/// The member as JSON text; "-" when it is absent.
inline std::string member(const json::object& body, std::string_view name) {
    const auto* value = find(body, name);
    return value ? to_json_text(*value) : std::string("-");
}

inline Conversation history(std::string_view text) { return Conversation::from_json(text); }

/// The `messages` of a request with this history, in the chat format.
inline std::string messages_of(std::string_view text, std::string model = "claude-sonnet-4-5",
                               ReasoningReplay replay = ReasoningReplay::fitting) {
    MessageRequest request;
    request.messages = history(text);
    return member(body_of(bare_options(std::move(model)), request, replay), "messages");
}

inline FunctionTool tool(std::string name) {
    FunctionTool result;
    result.name = std::move(name);
    return result;
}

/// "event: T\ndata: {...}\n\n" of each payload.
inline std::string sse(const std::vector<std::string>& payloads) {
    std::string out;
    for (const auto& payload : payloads) {
        const auto value = try_parse_json(payload);
        const auto* object = value ? value->if_object() : nullptr;
        const auto type = object ? find_string(*object, "type") : std::nullopt;
        if (type) out.append("event: ").append(*type).append("\n");
        out.append("data: ").append(payload).append("\n\n");
    }
    return out;
}

struct Decoded {
    explicit Decoded(std::string_view model = "claude-sonnet-4-5",
                     std::optional<ModelInfo> info = std::nullopt)
        : decoder(model, std::move(info)) {}

    /// Feeds the stream in pieces of `size` bytes (0: in one).
    Decoded& feed(std::string_view stream, std::size_t size = 0) {
        SseParser parser;
        SseEvent event;
        const auto step = size == 0 ? stream.size() + 1 : size;
        for (std::size_t at = 0; at < stream.size(); at += step) {
            parser.feed(stream.substr(at, step));
            while (parser.next(event)) decoder.decode_event(event, chunks);
        }
        parser.finish();
        while (parser.next(event)) decoder.decode_event(event, chunks);
        decoder.finish(chunks);
        return *this;
    }

    AssistantMessage message(std::string requested = "claude-sonnet-4-5") const {
        MessageAssembler assembler(std::move(requested));
        for (const auto& chunk : chunks) assembler.add(chunk);
        assembler.add(decoder.finish_chunk());
        return assembler.message();
    }

    anthropic::MessageDecoder decoder;
    std::vector<StreamChunk> chunks;
};

inline std::string start_event(std::string_view usage = R"({"input_tokens":10,)"
                                        R"("output_tokens":1})") {
    return R"({"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant",)"
           R"("model":"claude-sonnet-4-5-20250929","content":[],"stop_reason":null,)"
           R"("stop_sequence":null,"usage":)" + std::string(usage) + "}}";
}

inline std::string block_start(int index, std::string_view block) {
    return R"({"type":"content_block_start","index":)" + std::to_string(index) +
           R"(,"content_block":)" + std::string(block) + "}";
}

inline std::string block_delta(int index, std::string_view delta) {
    return R"({"type":"content_block_delta","index":)" + std::to_string(index) + R"(,"delta":)" +
           std::string(delta) + "}";
}

inline std::string block_stop(int index) {
    return R"({"type":"content_block_stop","index":)" + std::to_string(index) + "}";
}

inline std::string end_event(std::string_view reason,
                             std::string_view usage = R"({"output_tokens":7})") {
    return R"({"type":"message_delta","delta":{"stop_reason":")" + std::string(reason) +
           R"(","stop_sequence":null},"usage":)" + std::string(usage) + "}";
}

inline std::string stop_event() { return R"({"type":"message_stop"})"; }

/// An answer with a thought, text and two calls.
inline std::vector<std::string> rich_answer() {
    return {start_event(R"({"input_tokens":10,"cache_creation_input_tokens":3,)"
                        R"("cache_read_input_tokens":20,"output_tokens":1})"),
            R"({"type":"ping"})",
            block_start(0, R"({"type":"thinking","thinking":"","signature":""})"),
            block_delta(0, R"({"type":"thinking_delta","thinking":"Let me "})"),
            block_delta(0, R"({"type":"thinking_delta","thinking":"think ü😂."})"),
            block_delta(0, R"({"type":"signature_delta","signature":"c2ln"})"),
            block_stop(0),
            block_start(1, R"({"type":"text","text":""})"),
            block_delta(1, R"({"type":"text_delta","text":"Zwölf "})"),
            block_delta(1, R"({"type":"text_delta","text":"\ud83d"})"),
            block_delta(1, R"({"type":"text_delta","text":"\ude02!"})"),
            block_stop(1),
            block_start(2, R"({"type":"tool_use","id":"toolu_1","name":"weather","input":{}})"),
            block_delta(2, R"({"type":"input_json_delta","partial_json":""})"),
            block_delta(2, R"({"type":"input_json_delta","partial_json":"{\"city\": \"Os"})"),
            block_delta(2, R"({"type":"input_json_delta","partial_json":"lo\"}"})"),
            block_stop(2),
            block_start(3, R"({"type":"tool_use","id":"toolu_2","name":"now","input":{}})"),
            block_stop(3),
            end_event("tool_use", R"({"output_tokens":42})"),
            stop_event()};
}

}  // namespace anthropic_fixture
