#include "answer_text.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <random>

namespace capstan::testing {

namespace {

bool is_space(char c) noexcept { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }
bool continues_character(char c) noexcept { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

constexpr std::string_view base64_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

std::string in_quotes(std::string_view text) {
    return boost::json::serialize(boost::json::string_view(text.data(), text.size()));
}

std::vector<std::string_view> words_of(std::string_view text) {
    std::vector<std::string_view> words;
    std::size_t begin = 0;
    while (begin < text.size()) {
        auto end = begin;
        while (end < text.size() && is_space(text[end])) ++end;
        while (end < text.size() && !is_space(text[end])) ++end;
        words.push_back(text.substr(begin, end - begin));
        begin = end;
    }
    return words;
}

std::vector<std::string_view> fragments_of(std::string_view text, std::size_t size) {
    std::vector<std::string_view> fragments;
    std::size_t begin = 0;
    while (begin < text.size()) {
        auto end = std::min(text.size(), begin + size);
        while (end < text.size() && continues_character(text[end])) ++end;
        fragments.push_back(text.substr(begin, end - begin));
        begin = end;
    }
    return fragments;
}

std::int64_t seconds_since_epoch() {
    using namespace std::chrono;
    return duration_cast<seconds>(system_clock::now().time_since_epoch()).count();
}

std::uint64_t hash_of(std::string_view text) noexcept {
    std::uint64_t hash = 14695981039346656037ull;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ull;
    return hash;
}

std::string signature_of(std::string_view text) {
    return base64(fmt::format("simulator-{:016x}", hash_of(text)));
}

std::string base64(std::string_view bytes) {
    std::string out;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        std::uint32_t group = 0;
        const auto count = std::min<std::size_t>(3, bytes.size() - i);
        for (std::size_t k = 0; k < 3; ++k)
            group = group << 8 | (k < count ? static_cast<unsigned char>(bytes[i + k]) : 0u);
        for (std::size_t k = 0; k < 4; ++k)
            out += k <= count ? base64_digits[group >> (18 - 6 * k) & 63] : '=';
    }
    return out;
}

std::string decode_base64(std::string_view text) {
    std::string out;
    std::uint32_t group = 0;
    int bits = 0;
    for (const char c : text) {
        const auto digit = base64_digits.find(c);
        if (digit == std::string_view::npos) continue;
        group = (group << 6 | static_cast<std::uint32_t>(digit)) & 0xFFFFFF;
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        out += static_cast<char>(group >> bits & 0xFF);
    }
    return out;
}

std::string new_generation_id() {
    static std::atomic<std::uint64_t> counter{std::random_device{}()};
    constexpr std::string_view letters =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    std::string tail;
    auto state = counter.fetch_add(1) * 0x9E3779B97F4A7C15ull;
    for (int i = 0; i < 20; ++i) {
        state = state * 6364136223846793005ull + 1442695040888963407ull;
        tail += letters[(state >> 33) % letters.size()];
    }
    return fmt::format("gen-{}-{}", seconds_since_epoch(), tail);
}

std::string usage_json(const AnswerUsage& usage) {
    return fmt::format(
        R"({{"prompt_tokens":{},"completion_tokens":{},"total_tokens":{},"cost":{},"is_byok":{},)"
        R"("prompt_tokens_details":{{"cached_tokens":{},"cache_write_tokens":{},)"
        R"("audio_tokens":0}},)"
        R"("cost_details":{{"upstream_inference_cost":{},"upstream_inference_prompt_cost":0,)"
        R"("upstream_inference_completions_cost":0}},)"
        R"("completion_tokens_details":{{"reasoning_tokens":{},"image_tokens":0}}}})",
        usage.prompt_tokens, usage.completion_tokens,
        usage.prompt_tokens + usage.completion_tokens, usage.cost.empty() ? "null" : usage.cost,
        usage.is_byok, usage.cached_tokens, usage.cache_write_tokens,
        usage.upstream_cost.empty() ? "null" : usage.upstream_cost, usage.reasoning_tokens);
}

std::string model_of(const SimRequest& request) {
    const auto body = request.json();
    if (const auto* object = body.if_object()) {
        const auto* model = object->if_contains("model");
        if (model && model->is_string()) return std::string(model->get_string());
        const auto* models = object->if_contains("models");
        if (models && models->is_array() && !models->get_array().empty() &&
            models->get_array().front().is_string())
            return std::string(models->get_array().front().get_string());
    }
    return "simulator/echo";
}

}  // namespace capstan::testing
