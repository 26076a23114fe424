#include "source_events.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

namespace bench {
namespace {

void set(SourceSettings& settings, std::string_view key, std::string_view value) {
    std::size_t number = 0;
    std::from_chars(value.data(), value.data() + value.size(), number);
    if (key == "chunks") settings.chunks = number;
    if (key == "bytes") settings.bytes = std::max<std::size_t>(number, 24);
    if (key == "delay") settings.delay_us = number;
    if (key == "silent") settings.silent = number != 0;
    if (key == "mode") settings.mode = value;
    if (key == "te") settings.te = value;
}

std::string delta_of(const SourceSettings& settings, const std::string& text) {
    if (settings.mode == "reasoning")
        return fmt::format(R"("content":"","reasoning":"{0}","reasoning_details":[{{"type":)"
                           R"("reasoning.text","text":"{0}","format":"anthropic-claude-v1",)"
                           R"("index":0}}])", text);
    if (settings.mode == "tools")
        return fmt::format(R"("content":null,"tool_calls":[{{"index":0,"type":"function",)"
                           R"("function":{{"arguments":"{}"}}}}])", text);
    return fmt::format(R"("content":"{}")", text);
}

std::string event_of(std::string_view delta, std::string_view finish, std::string_view more) {
    return fmt::format(
        R"(data: {{"id":"gen-1763600000-AbCdEfGhIjKlMnOpQrSt","provider":"Anthropic","model":)"
        R"("bench/tiny","object":"chat.completion.chunk","created":1763600000,"choices":[{{)"
        R"("index":0,"delta":{{"role":"assistant",{}}},"finish_reason":{},)"
        R"("native_finish_reason":{},"logprobs":null}}]{}}})" "\n\n",
        delta, finish, finish, more);
}

}  // namespace

SourceSettings SourceSettings::from_target(std::string_view target) {
    SourceSettings settings;
    while (!target.empty()) {
        const auto part = target.substr(0, target.find_first_of("/?&,"));
        const auto equals = part.find('=');
        if (equals != part.npos) set(settings, part.substr(0, equals), part.substr(equals + 1));
        target.remove_prefix(std::min(part.size() + 1, target.size()));
    }
    return settings;
}

std::string make_event(const SourceSettings& settings, std::uint64_t sent_ns) {
    auto text = fmt::format("t={:019} ", sent_ns);
    while (text.size() < settings.bytes) text += text.size() % 6 == 0 ? ' ' : 'a';
    return event_of(delta_of(settings, text), "null", "");
}

std::string make_ending() {
    return event_of(R"("content":"")", R"("stop")", "") +
           event_of(R"("content":"")", R"("stop")",
                    R"(,"usage":{"prompt_tokens":10,"completion_tokens":20,"total_tokens":30,)"
                    R"("cost":0.00012})") +
           "data: [DONE]\n\n";
}

std::string http_chunk(std::string_view bytes) {
    return fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes);
}

SourceBlock::SourceBlock(const SourceSettings& settings) {
    const auto event = make_event(settings, 0);
    const auto piece = settings.te == "block" ? event : http_chunk(event);
    event_size = piece.size();
    events = std::clamp<std::size_t>(64 * 1024 / piece.size(), 1, settings.chunks);
    for (std::size_t i = 0; i < events; ++i) bytes += piece;
    if (settings.te == "block") bytes = http_chunk(bytes);
}

std::shared_ptr<const SourceBlock> block_for(const SourceSettings& settings) {
    static std::map<std::string, std::shared_ptr<const SourceBlock>> blocks;
    const auto key = fmt::format("{} {} {} {}", settings.mode, settings.te, settings.bytes,
                                 std::min<std::size_t>(settings.chunks, 1000));
    auto& block = blocks[key];
    if (!block) block = std::make_shared<SourceBlock>(settings);
    return block;
}

}  // namespace bench
