#include "exchange/answer_reader.hpp"
#include "responses/request_writer.hpp"
#include "responses/responses_decoder.hpp"

#include <capstan/error.hpp>
#include <capstan/message_assembler.hpp>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>

using namespace capstan;

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

void check(const StreamChunk& chunk) {
    if (const auto* text = std::get_if<TextChunk>(&chunk)) require(is_valid_utf8(text->text));
    if (const auto* part = std::get_if<ReasoningChunk>(&chunk)) require(is_valid_utf8(part->text));
    if (const auto* call = std::get_if<ToolCallChunk>(&chunk)) {
        require(is_valid_utf8(call->id) && is_valid_utf8(call->name));
        require(is_valid_utf8(call->arguments));
    }
}

/// What an answer comes to, its bytes cut into pieces of that size.
AssistantMessage read(std::string_view bytes, std::size_t piece) {
    exchange::AnswerReader reader(std::make_unique<responses::ResponsesDecoder>());
    MessageAssembler assembler("gpt-5");
    std::vector<StreamChunk> chunks;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
        reader.feed(bytes.substr(at, piece));
        while (reader.decode(chunks, 8)) {
        }
    }
    reader.end(chunks);
    for (const StreamChunk& chunk : chunks) {
        check(chunk);
        assembler.add(chunk);
    }
    assembler.add(StreamChunk(reader.decoder().finish_chunk()));
    (void)reader.decoder().usage();
    (void)reader.decoder().error();
    return assembler.message();
}

/// Whatever came can be sent back.
void send_back(const AssistantMessage& message) {
    OpenAiResponsesOptions options;
    options.model = "gpt-5";
    MessageRequest request;
    request.messages.add_user("q");
    request.messages.add(message);
    try {
        const auto wire = responses::write_request(options, request, ReasoningReplay::fitting);
        require(is_valid_utf8(wire.body));
        require(try_parse_json(wire.body).has_value());
    } catch (const ApiError&) {
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const AssistantMessage message = read(bytes, bytes.size() + 1);
    require(to_json_text(to_json(message)) == to_json_text(to_json(read(bytes, 7))));
    send_back(message);
    return 0;
}
