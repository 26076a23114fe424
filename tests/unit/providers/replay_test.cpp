#include "chat/chat_decoder.hpp"
#include "recordings.hpp"

#include <capstan/message_assembler.hpp>
#include <capstan/sse_parser.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <map>

using namespace capstan;

namespace {

AssistantMessage message_of(const recordings::Exchange& exchange) {
    ChatDecoder decoder;
    MessageAssembler assembler;
    std::vector<StreamChunk> chunks;
    if (exchange.streamed()) {
        SseParser parser;
        parser.feed(exchange.body);
        SseEvent event;
        while (parser.next(event)) decoder.decode_event(event.data, chunks);
    } else {
        decoder.decode_body(exchange.body, chunks);
    }
    decoder.finish(chunks);
    for (const StreamChunk& chunk : chunks) assembler.add(chunk);
    return assembler.message();
}

/// The details that the client sent back with each of its assistant messages.
std::vector<json::array> replayed_details(const recordings::Exchange& exchange) {
    std::vector<json::array> out;
    const auto request = exchange.request();
    if (!request) return out;
    const json::array* messages = find_array(request->as_object(), "messages");
    if (!messages) return out;
    for (const json::value& message : *messages) {
        const json::array* details = find_array(message.as_object(), "reasoning_details");
        if (details) out.push_back(*details);
    }
    return out;
}

/// How much an array says: the bytes of all its texts.
std::size_t weight(const json::array& details) {
    std::size_t sum = 0;
    for (const json::value& entry : details) {
        for (const auto& member : entry.as_object()) {
            if (member.value().is_string()) sum += member.value().get_string().size();
        }
    }
    return sum;
}

}  // namespace

// Several of the recorded clients lose something: a format, the first word, the encrypted entry.
TEST_CASE("pitfall 8, 9, 11: merged reasoning details equal what recorded clients sent back, or "
          "the client lost something") {
    if (!recordings::root()) SKIP("no recordings");
    std::map<std::filesystem::path, std::vector<json::array>> conversations;
    std::size_t same = 0;
    for (const auto& exchange : recordings::chat_exchanges()) {
        auto& earlier = conversations[exchange.folder.parent_path()];
        for (const json::array& sent : replayed_details(exchange)) {
            INFO(exchange.folder.string());
            const bool found = std::find(earlier.begin(), earlier.end(), sent) != earlier.end();
            same += found;
            const bool lost = std::any_of(
                earlier.begin(), earlier.end(),
                [&](const json::array& ours) { return weight(sent) < weight(ours); });
            CHECK((found || lost));
        }
        const auto details = message_of(exchange).reasoning.details;
        if (details) earlier.push_back(*details);
    }
    CHECK(same > 0);
}
