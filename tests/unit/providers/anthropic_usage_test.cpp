#include "anthropic/answer_usage.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace capstan;

namespace {

ModelInfo priced() {
    ModelInfo info;
    info.pricing.prompt = Money::parse("0.000003");
    info.pricing.completion = Money::parse("0.000015");
    info.pricing.input_cache_read = Money::parse("0.0000003");
    info.pricing.input_cache_write = Money::parse("0.00000375");
    return info;
}

std::string cost_of(std::string_view usage, const std::optional<ModelInfo>& info = priced(),
                    bool final = true) {
    const auto result = anthropic::usage_of(parse_json(usage).as_object(), final, info);
    return result.total_cost ? result.total_cost->to_string() : "unknown";
}

}  // namespace

TEST_CASE("The cost of a Claude answer is exact where all its prices are known, else unknown") {
    CHECK(cost_of(R"({"input_tokens":1000,"output_tokens":100})") == "0.0045");
    CHECK(cost_of(R"({"input_tokens":1,"output_tokens":1,"cache_read_input_tokens":10,)"
                  R"("cache_creation_input_tokens":4})") == "0.000036");
    CHECK(cost_of(R"({"input_tokens":0,"output_tokens":0,"cache_creation_input_tokens":4,)"
                  R"("cache_creation":{"ephemeral_1h_input_tokens":3,)"
                  R"("ephemeral_5m_input_tokens":1}})") == "0.00002175");
    CHECK(cost_of(R"({"input_tokens":5,"output_tokens":1})", std::nullopt) == "unknown");
    CHECK(cost_of(R"({"input_tokens":5})") == "unknown");
    CHECK(cost_of(R"({"input_tokens":5,"output_tokens":1})", priced(), false) == "unknown");
    CHECK(cost_of(R"({"input_tokens":5,"output_tokens":1,"service_tier":"priority"})") ==
          "unknown");
    CHECK(cost_of(R"({"input_tokens":5,"output_tokens":1,)"
                  R"("server_tool_use":{"web_search_requests":1}})") == "unknown");
    CHECK(cost_of(R"({"input_tokens":5,"output_tokens":1,"service_tier":"standard",)"
                  R"("server_tool_use":{"web_search_requests":0}})") == "0.00003");
    ModelInfo partly = priced();
    partly.pricing.input_cache_read.reset();
    CHECK(cost_of(R"({"input_tokens":5,"output_tokens":1})", partly) == "0.00003");
    CHECK(cost_of(R"({"input_tokens":5,"output_tokens":1,"cache_read_input_tokens":1})", partly) ==
          "unknown");
}

TEST_CASE("The cost is unknown where more is charged than the counts tell") {
    struct Row {
        const char* more;
        bool known;
    };
    for (const Row& row :
         {Row{R"("speed":"standard")", true}, Row{R"("speed":null)", true},
          Row{R"("speed":"fast")", false}, Row{R"("inference_geo":"global")", true},
          Row{R"("inference_geo":"not_available")", true}, Row{R"("inference_geo":"us")", false},
          Row{R"("service_tier":"standard")", true}, Row{R"("service_tier":"batch")", false},
          Row{R"("iterations":null)", true}, Row{R"("iterations":[7,{}])", true},
          Row{R"("iterations":[{"type":"message","input_tokens":5,"output_tokens":1}])", true},
          Row{R"("iterations":[{"type":"message","input_tokens":5,"output_tokens":1},)"
              R"({"type":"compaction","input_tokens":180000,"output_tokens":3500}])",
              false},
          Row{R"("iterations":[{"type":"advisor_message","model":"claude-x"}])", false}}) {
        INFO(row.more);
        const std::string usage =
            R"({"input_tokens":5,"output_tokens":1,)" + std::string(row.more) + '}';
        CHECK(cost_of(usage) == (row.known ? "0.00003" : "unknown"));
    }
}

TEST_CASE("A cost that the server tells wins over the computed one") {
    CHECK(cost_of(R"({"input_tokens":5,"output_tokens":1,"cost":"0.5"})") == "0.5");
    CHECK(cost_of(R"({"input_tokens":5,"output_tokens":1,"cost":0.1,"is_byok":true,)"
                  R"("cost_details":{"upstream_inference_cost":0.2}})") == "0.3");
}

TEST_CASE("Later counts replace earlier ones, null and absent ones change nothing") {
    auto usage = parse_json(R"({"input_tokens":5,"cache_read_input_tokens":2,"output_tokens":1})")
                     .as_object();
    anthropic::add_usage(
        usage, parse_json(R"({"input_tokens":null,"output_tokens":9,"x":{"y":1}})").as_object());
    CHECK(to_json_text(usage) ==
          R"({"input_tokens":5,"cache_read_input_tokens":2,"output_tokens":9,"x":{"y":1}})");
}

TEST_CASE("Usage that tells nothing is unknown, counts below zero are zero") {
    const auto nothing = anthropic::usage_of({}, true, std::nullopt);
    CHECK(nothing.source == UsageSource::unknown);
    CHECK_FALSE(nothing.input_tokens);
    const auto odd = anthropic::usage_of(
        parse_json(R"({"input_tokens":-5,"output_tokens":"7",)"
                   R"("output_tokens_details":{"thinking_tokens":3}})").as_object(),
        true, std::nullopt);
    CHECK(odd.input_tokens == 0);
    CHECK_FALSE(odd.output_tokens);
    CHECK(odd.reasoning_tokens == 3);
}
