// Merging the reasoning fragments of one answer; the time per fragment must not grow with n.
#include "bench_text.hpp"

#include <capstan/reasoning_details.hpp>

using namespace capstan;

namespace {

json::array fragment(const char* type, const char* key, std::string value) {
    json::object entry;
    entry["type"] = type;
    entry[key] = std::move(value);
    entry["format"] = "anthropic-claude-v1";
    entry["index"] = 0;
    json::array fragments;
    fragments.push_back(std::move(entry));
    return fragments;
}

void merge_fragments(benchmark::State& state, const char* type, const char* key) {
    std::vector<json::array> fragments;
    for (std::int64_t i = 0; i < state.range(0); ++i)
        fragments.push_back(fragment(type, key, "some thought " + std::to_string(i)));
    for (auto _ : state) {
        ReasoningDetailsMerger merger;
        for (const auto& each : fragments) merger.add(each);
        benchmark::DoNotOptimize(merger.merged().size());
    }
    state.SetItemsProcessed(state.range(0) * state.iterations());
}
BENCHMARK_CAPTURE(merge_fragments, text, "reasoning.text", "text")->Arg(100)->Arg(10'000);
BENCHMARK_CAPTURE(merge_fragments, encrypted, "reasoning.encrypted", "data")
    ->Arg(100)->Arg(10'000);

}  // namespace
