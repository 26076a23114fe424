#include "composition/cached_answer_text.hpp"

#include "composition/chunk_json.hpp"

#include <exception>
#include <utility>
#include <variant>

namespace capstan::composition {
namespace {

constexpr std::int64_t version = 1;

void mark_as_cached(Usage& usage) {
    if (usage.source == UsageSource::unknown) usage.source = UsageSource::stream;
    if (usage.total_cost) usage.raw["cached_cost"] = usage.total_cost->to_string();
    usage.raw["cached"] = true;
    usage.total_cost = Money();
}

}  // namespace

std::string write_answer(const std::vector<StreamChunk>& chunks,
                         std::chrono::system_clock::time_point time) {
    json::object object;
    object["version"] = version;
    object["time_ms"] =
        std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
    json::array list;
    list.reserve(chunks.size());
    for (const auto& chunk : chunks) list.push_back(chunk_to_json(chunk));
    object["chunks"] = std::move(list);
    return to_json_text(object);
}

std::optional<CachedAnswer> read_answer(std::string_view text) {
    const auto value = try_parse_json(text);
    const auto* object = value ? value->if_object() : nullptr;
    if (!object || find_int(*object, "version") != version) return std::nullopt;
    const auto* list = find_array(*object, "chunks");
    const auto time = find_int(*object, "time_ms");
    if (!list || !time) return std::nullopt;
    std::vector<StreamChunk> chunks;
    try {
        for (const auto& each : *list) chunks.push_back(chunk_from_json(each));
    } catch (const std::invalid_argument&) {
        return std::nullopt;
    }
    if (!is_whole_answer(chunks)) return std::nullopt;
    CachedAnswer cached;
    cached.time = std::chrono::system_clock::time_point(std::chrono::milliseconds(*time));
    cached.bytes = text.size();
    cached.answer = as_hit(std::move(chunks));
    return cached;
}

bool is_whole_answer(const std::vector<StreamChunk>& chunks) {
    if (chunks.empty()) return false;
    const auto* finish = std::get_if<FinishChunk>(&chunks.back());
    return finish && (finish->reason == FinishReason::stop ||
                      finish->reason == FinishReason::tool_calls);
}

Answer as_hit(std::vector<StreamChunk> chunks) {
    bool told = false;
    for (auto& chunk : chunks) {
        auto* usage = std::get_if<UsageChunk>(&chunk);
        if (!usage) continue;
        mark_as_cached(usage->usage);
        told = true;
    }
    if (!told && !chunks.empty()) {
        UsageChunk usage;
        mark_as_cached(usage.usage);
        chunks.insert(chunks.end() - 1, std::move(usage));
    }
    return std::make_shared<const std::vector<StreamChunk>>(std::move(chunks));
}

}  // namespace capstan::composition
