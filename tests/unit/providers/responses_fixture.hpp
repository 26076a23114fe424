#pragma once

#include "chunk_text.hpp"
#include "exchange/answer_reader.hpp"
#include "request_log.hpp"
#include "responses/flat_shapes.hpp"
#include "responses/request_writer.hpp"
#include "responses/responses_decoder.hpp"

#include <capstan/message_assembler.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

/// What the tests of the Responses API share.
namespace responses_fixture {

using namespace capstan;

/// One streamed event, as the wire has it.
inline std::string event(std::string_view json) {
    std::string text = "data: ";
    return text.append(json).append("\n\n");
}

/// An answer that was read to its end.
struct Reading {
    Reading() : reader(std::make_unique<responses::ResponsesDecoder>()) {}

    void feed(std::string_view bytes) {
        reader.feed(bytes);
        while (reader.decode(chunks, 8)) {
        }
    }
    void end() { reader.end(chunks); }

    const AnswerDecoder& decoder() const { return reader.decoder(); }
    std::string text() const { return chunk_text(chunks); }

    AssistantMessage message(std::string requested = {}) const {
        MessageAssembler assembler(std::move(requested));
        for (const StreamChunk& chunk : chunks) assembler.add(chunk);
        assembler.add(StreamChunk(decoder().finish_chunk()));
        return assembler.message();
    }

    exchange::AnswerReader reader;
    std::vector<StreamChunk> chunks;
};

inline std::unique_ptr<Reading> read(std::string_view bytes) {
    auto reading = std::make_unique<Reading>();
    reading->feed(bytes);
    reading->end();
    return reading;
}

inline std::unique_ptr<Reading> read_events(const std::vector<std::string>& events) {
    std::string bytes;
    for (const std::string& one : events) bytes += event(one);
    return read(bytes);
}

/// A whole response as it ends a stream; `output` and `more` are JSON.
inline std::string completed(std::string_view output = "[]", std::string_view more = {}) {
    std::string text = R"({"type":"response.completed","response":{"id":"resp_1","object":)"
                       R"("response","model":"gpt-5-2025-08-07","status":"completed","output":)";
    text.append(output).append(more.empty() ? "" : ",").append(more);
    return text + "}}";
}

inline OpenAiResponsesOptions bare_options(std::string model = "gpt-4o") {
    OpenAiResponsesOptions options;
    options.api_key = "sk-test";
    options.model = std::move(model);
    return options;
}

inline MessageRequest asking(std::string text = "hi") {
    MessageRequest request;
    request.messages.add_user(std::move(text));
    return request;
}

/// The body, written down for the check against the official schema where that knows all of it.
inline std::string body_of(const OpenAiResponsesOptions& options, const MessageRequest& request,
                           ReasoningReplay replay = ReasoningReplay::fitting) {
    std::string body = responses::write_request(options, request, replay).body;
    log_request("/responses", body);
    return body;
}

inline json::object json_of(const OpenAiResponsesOptions& options, const MessageRequest& request) {
    return parse_json(body_of(options, request)).as_object();
}

/// The member as JSON text; "-" when it is absent.
inline std::string member(const json::object& body, std::string_view name) {
    const auto* value = find(body, name);
    return value ? to_json_text(*value) : std::string("-");
}

}  // namespace responses_fixture
