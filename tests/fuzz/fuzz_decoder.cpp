#include "chat/chat_decoder.hpp"

#include <capstan/message_assembler.hpp>
#include <capstan/sse_parser.hpp>

#include <cstdint>
#include <cstdlib>
#include <stdexcept>

using namespace capstan;

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

void check(const StreamChunk& chunk) {
    if (const auto* text = std::get_if<TextChunk>(&chunk)) require(is_valid_utf8(text->text));
    if (const auto* part = std::get_if<ReasoningChunk>(&chunk)) {
        require(is_valid_utf8(part->text) && is_valid_utf8(part->hidden_text));
    }
    if (const auto* call = std::get_if<ToolCallChunk>(&chunk)) {
        require(is_valid_utf8(call->id) && is_valid_utf8(call->name));
        require(is_valid_utf8(call->arguments));
    }
}

/// What an answer comes to, however its bytes are cut.
struct Answer {
    ChatDecoder decoder;
    MessageAssembler assembler;
    std::vector<StreamChunk> chunks;

    void take() {
        for (const StreamChunk& chunk : chunks) {
            check(chunk);
            assembler.add(chunk);
        }
        chunks.clear();
    }

    std::string summary() const {
        const AssistantMessage message = assembler.message();
        std::string out = std::get<std::string>(message.content) + message.reasoning.text;
        if (message.reasoning.details) append_json_text(out, *message.reasoning.details);
        for (const ToolCall& call : message.tool_calls) {
            require(!call.id.empty() && !call.name.empty());
            out += call.id + call.name + call.arguments;
        }
        append_json_text(out, message.extra);
        require(is_valid_utf8(out));
        return out;
    }
};

std::string decode_stream(std::string_view bytes, std::size_t piece) {
    Answer answer;
    SseParser parser;
    SseEvent event;
    const auto drain = [&] {
        while (parser.next(event)) answer.decoder.decode_event(event.data, answer.chunks);
        answer.take();
    };
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
        parser.feed(bytes.substr(at, piece));
        drain();
    }
    parser.finish();
    drain();
    answer.decoder.finish(answer.chunks);
    answer.take();
    answer.assembler.add(StreamChunk(answer.decoder.finish_chunk()));
    (void)answer.decoder.usage();
    return answer.summary();
}

void decode_body(std::string_view bytes) {
    Answer answer;
    answer.decoder.decode_body(bytes, answer.chunks);
    answer.decoder.finish(answer.chunks);
    answer.take();
    (void)answer.decoder.usage();
    (void)answer.summary();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    require(decode_stream(bytes, bytes.size() + 1) == decode_stream(bytes, 7));
    decode_body(bytes);
    return 0;
}
