#include "chat/chat_decoder.hpp"
#include "independent_reading.hpp"
#include "recordings.hpp"

#include <capstan/message_assembler.hpp>
#include <capstan/sse_parser.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <random>

using namespace capstan;

namespace {

/// What our own code makes of an answer.
struct Decoded {
    ChatDecoder decoder;
    MessageAssembler assembler{"requested"};
    std::string shown_reasoning;

    void take(std::vector<StreamChunk>& chunks) {
        for (const StreamChunk& chunk : chunks) {
            if (const auto* part = std::get_if<ReasoningChunk>(&chunk))
                shown_reasoning += part->text;
            assembler.add(chunk);
        }
        chunks.clear();
    }

    void finish() {
        std::vector<StreamChunk> chunks;
        decoder.finish(chunks);
        take(chunks);
        assembler.add(StreamChunk(decoder.finish_chunk()));
    }
};

void drain(SseParser& parser, Decoded& out) {
    std::vector<StreamChunk> chunks;
    SseEvent event;
    while (parser.next(event)) {
        out.decoder.decode_event(event.data, chunks);
        out.take(chunks);
    }
}

/// Feeds pieces whose sizes `next_size` gives.
template <class NextSize>
Decoded decode_stream(std::string_view body, NextSize next_size) {
    Decoded out;
    SseParser parser;
    while (!body.empty()) {
        const std::size_t size = std::min<std::size_t>(next_size(), body.size());
        const std::string piece(body.substr(0, size));  // reads past its end are found by asan
        body.remove_prefix(size);
        parser.feed(piece);
        drain(parser, out);
    }
    parser.finish();
    drain(parser, out);
    out.finish();
    return out;
}

Decoded decode_single(std::string_view body) {
    Decoded out;
    std::vector<StreamChunk> chunks;
    out.decoder.decode_body(body, chunks);
    out.take(chunks);
    out.finish();
    return out;
}

std::optional<Money> expected_cost(const independent::Reading& reading) {
    auto cost = Money::parse(reading.cost_digits);
    const auto* byok = reading.usage->if_contains("is_byok");
    const auto upstream = Money::parse(reading.upstream_cost_digits);
    if (cost && byok && *byok == true && upstream) *cost += *upstream;
    return cost;
}

std::int64_t number_at(const json::object& object, std::string_view outer, std::string_view key) {
    const auto* value = object.if_contains(outer);
    if (!value || !value->is_object()) return 0;
    const auto* number = value->get_object().if_contains(key);
    return number && number->is_number() ? number->to_number<std::int64_t>() : 0;
}

void check_usage(const Decoded& decoded, const independent::Reading& reading) {
    const auto usage = decoded.decoder.usage();
    REQUIRE(usage.has_value() == reading.usage.has_value());
    if (!usage) return;
    const json::object& raw = *reading.usage;
    const auto prompt = raw.at("prompt_tokens").to_number<std::int64_t>();
    const auto read = number_at(raw, "prompt_tokens_details", "cached_tokens");
    const auto written = number_at(raw, "prompt_tokens_details", "cache_write_tokens");
    CHECK(usage->input_tokens == std::max<std::int64_t>(0, prompt - read - written));
    CHECK(usage->cache_read_tokens.value_or(0) == read);
    CHECK(usage->cache_write_tokens.value_or(0) == written);
    CHECK(usage->output_tokens == raw.at("completion_tokens").to_number<std::int64_t>());
    CHECK(usage->reasoning_tokens.value_or(0) ==
          number_at(raw, "completion_tokens_details", "reasoning_tokens"));
    CHECK(usage->total_cost == expected_cost(reading));
}

void check_calls(const AssistantMessage& message, const independent::Reading& reading) {
    REQUIRE(message.tool_calls.size() == reading.calls.size());
    for (std::size_t i = 0; i < reading.calls.size(); ++i) {
        CHECK(message.tool_calls[i].id == reading.calls[i].id);
        CHECK(message.tool_calls[i].name == reading.calls[i].name);
        CHECK(message.tool_calls[i].arguments == reading.calls[i].arguments);
    }
}

void check_extra(const AssistantMessage& message, const independent::Reading& reading) {
    const auto text = [&](const char* key) {
        return std::string(find_string(message.extra, key).value_or(""));
    };
    const auto items = [&](const char* key) {
        const json::array* found = find_array(message.extra, key);
        return found ? *found : json::array();
    };
    CHECK(text("refusal") == reading.refusal);
    CHECK(items("images") == reading.images);
    CHECK(items("annotations") == reading.annotations);
}

void check_finish(const Decoded& decoded, const independent::Reading& reading) {
    const FinishChunk finish = decoded.decoder.finish_chunk();
    CHECK(finish.finish_reason == reading.finish_reason);
    CHECK(finish.native_finish_reason == reading.native_finish_reason);
    CHECK(finish.generation_id == reading.id);
    CHECK(finish.model == reading.model);
    CHECK(finish.provider == reading.provider);
    const auto& error = decoded.decoder.error();
    REQUIRE(error.has_value() == reading.error.has_value());
    if (error) CHECK(error->object == reading.error->as_object());
    CHECK(!decoded.decoder.malformed());
    const bool has_calls = !reading.calls.empty() && !reading.error;
    if (has_calls && reading.finish_reason != "length") {
        CHECK(finish.reason == FinishReason::tool_calls);
    }
}

void check(const Decoded& decoded, const independent::Reading& reading) {
    const AssistantMessage message = decoded.assembler.message();
    CHECK(std::get<std::string>(message.content) == reading.text);
    CHECK(message.reasoning.text == reading.reasoning);
    CHECK(decoded.shown_reasoning == reading.reasoning);
    CHECK(message.reasoning.details.has_value() == reading.details_present);
    if (reading.details_present) CHECK(*message.reasoning.details == reading.details);
    check_calls(message, reading);
    check_extra(message, reading);
    check_usage(decoded, reading);
    check_finish(decoded, reading);
}

}  // namespace

TEST_CASE("every recorded stream decodes as an independent reading, for any split of its bytes") {
    if (!recordings::root()) SKIP("no recordings");
    std::mt19937 random(20240607);
    std::uniform_int_distribution<std::size_t> sizes(1, 400);
    std::size_t count = 0;
    for (const auto& exchange : recordings::chat_exchanges()) {
        if (!exchange.streamed()) continue;
        INFO(exchange.folder.string());
        const auto reading = independent::read_stream(exchange.body);
        const std::string_view body = exchange.body;
        check(decode_stream(body, [&] { return body.size(); }), reading);
        check(decode_stream(body, [] { return std::size_t{1}; }), reading);
        check(decode_stream(body, [&] { return sizes(random); }), reading);
        ++count;
    }
    CHECK(count > 0);
}

TEST_CASE("every recorded single answer decodes as an independent reading") {
    if (!recordings::root()) SKIP("no recordings");
    std::size_t count = 0;
    for (const auto& exchange : recordings::chat_exchanges()) {
        if (exchange.streamed()) continue;
        INFO(exchange.folder.string());
        check(decode_single(exchange.body), independent::read_single(exchange.body));
        ++count;
    }
    CHECK(count > 0);
}
