#include "chat/cache_marks.hpp"

#include "chat/model_slug.hpp"

#include <algorithm>
#include <array>

namespace capstan {
namespace {

constexpr std::array<std::string_view, 2> marked_prefixes = {"anthropic/", "minimax/"};
constexpr std::array<std::string_view, 6> marked_models = {
    "deepseek/deepseek-v3.2", "qwen/qwen-plus",         "qwen/qwen3-coder-flash",
    "qwen/qwen3-coder-plus",  "qwen/qwen3-max",         "qwen/qwen3.6-plus"};

struct CarriedMarks {
    std::vector<std::size_t> tools;
    std::vector<std::size_t> messages;
    std::size_t total = 0;
    std::size_t last_hour = 0;  // 1 + the last message with a mark of an hour; 0: none
};

CarriedMarks count_carried(std::span<const Message* const> messages, const ToolDefinitions& tools) {
    CarriedMarks carried;
    for (const ToolDefinition& tool : tools) {
        carried.tools.push_back(cache_mark_ttls(tool).size());
        carried.total += carried.tools.back();
    }
    for (std::size_t i = 0; i < messages.size(); ++i) {
        const auto ttls = cache_mark_ttls(*messages[i]);
        carried.messages.push_back(ttls.size());
        carried.total += ttls.size();
        if (std::find(ttls.begin(), ttls.end(), "1h") != ttls.end()) carried.last_hour = i + 1;
    }
    return carried;
}

std::vector<std::size_t> take_drops(const std::vector<std::size_t>& carried, std::size_t& excess) {
    std::vector<std::size_t> drops;
    for (std::size_t count : carried) {
        drops.push_back(std::min(count, excess));
        excess -= drops.back();
    }
    return drops;
}

bool is_system(const Message& message) { return std::holds_alternative<SystemMessage>(message); }

std::optional<std::size_t> last_system(std::span<const Message* const> messages) {
    std::optional<std::size_t> last;
    for (std::size_t i = 0; i < messages.size() && is_system(*messages[i]); ++i)
        if (takes_cache_mark(*messages[i])) last = i;
    return last;
}

// In order of worth: the system prompt, the last turn, the one before.
std::vector<std::size_t> wanted_places(std::span<const Message* const> messages) {
    std::vector<std::size_t> places;
    if (const auto system = last_system(messages)) places.push_back(*system);
    std::size_t turns = 0;
    for (std::size_t i = messages.size(); i-- > 0 && turns < 2;) {
        const Message& message = *messages[i];
        const bool turn = std::holds_alternative<UserMessage>(message) ||
                          std::holds_alternative<ToolMessage>(message);
        if (!turn || !takes_cache_mark(message)) continue;
        places.push_back(i);
        ++turns;
    }
    return places;
}

}  // namespace

bool needs_cache_marks(std::string_view model) {
    const std::string slug = base_slug(model);
    const auto is_prefix = [&](std::string_view prefix) { return slug.starts_with(prefix); };
    return std::any_of(marked_prefixes.begin(), marked_prefixes.end(), is_prefix) ||
           std::find(marked_models.begin(), marked_models.end(), slug) != marked_models.end();
}

CacheMarkPlan plan_cache_marks(std::span<const Message* const> messages,
                               const ToolDefinitions& tools, bool automatic,
                               std::size_t reserved) {
    const CarriedMarks carried = count_carried(messages, tools);
    const std::size_t allowed = max_cache_marks - std::min(reserved, max_cache_marks);
    std::size_t excess = carried.total - std::min(carried.total, allowed);
    std::size_t left = allowed - std::min(carried.total, allowed);
    CacheMarkPlan plan;
    plan.tool_drops = take_drops(carried.tools, excess);
    plan.message_drops = take_drops(carried.messages, excess);
    plan.message_marks.resize(messages.size());
    if (!automatic) return plan;
    for (std::size_t place : wanted_places(messages)) {
        if (left == 0) break;
        if (carried.messages[place] > 0) continue;
        plan.message_marks[place] = CacheControl(place < carried.last_hour ? "1h" : "");
        --left;
    }
    return plan;
}

}  // namespace capstan
