#include <capstan/model_info.hpp>

#include <catch2/catch_test_macros.hpp>

using namespace capstan;

namespace {

constexpr std::string_view full_entry = R"({
  "id":"anthropic/claude-x","canonical_slug":"anthropic/claude-x-20260101","name":"Claude X",
  "context_length":200000.0,
  "architecture":{"modality":"text+image->text","input_modalities":["text","image",7],
                  "output_modalities":["text"]},
  "pricing":{"prompt":"0.0000000125","completion":"1.5e-5","request":"0","image":0.0048,
             "input_cache_read":"0.0000003","input_cache_write":"-1","internal_reasoning":null},
  "top_provider":{"context_length":200000,"max_completion_tokens":64000,"is_moderated":true},
  "supported_parameters":["tools","reasoning"],
  "reasoning":{"mandatory":true,"supported_efforts":["low","high"],"default_effort":"low",
               "default_enabled":false,"supports_max_tokens":true},
  "brand_new":{"field":[1,2]}})";

ModelInfo read(std::string_view text) {
    return model_info_from_json(parse_json(text).get_object());
}

}  // namespace

TEST_CASE("a catalogue entry is read, prices exactly") {
    const auto info = read(full_entry);
    CHECK(info.id == "anthropic/claude-x");
    CHECK(info.canonical_slug == "anthropic/claude-x-20260101");
    CHECK(info.name == "Claude X");
    CHECK(info.context_length == 200000);
    CHECK(info.max_completion_tokens == 64000);
    CHECK(info.input_modalities == std::vector<std::string>{"text", "image"});
    CHECK(info.output_modalities == std::vector<std::string>{"text"});
    CHECK(info.pricing.prompt->to_string() == "0.0000000125");
    CHECK(info.pricing.completion->to_string() == "0.000015");
    CHECK(info.pricing.image->to_string() == "0.0048");
    CHECK(info.pricing.input_cache_read->to_string() == "0.0000003");
    CHECK(info.supports("tools"));
    CHECK_FALSE(info.supports("tool"));
    CHECK(info.raw.contains("brand_new"));
}

TEST_CASE("pitfall 20: free is a price, variable (-1) and unknown are not") {
    const auto info = read(full_entry);
    REQUIRE(info.pricing.request);
    CHECK(info.pricing.request->is_zero());
    CHECK_FALSE(info.pricing.input_cache_write);
    CHECK_FALSE(info.pricing.internal_reasoning);
    const auto router = read(R"({"id":"openrouter/auto","context_length":2000000,
        "pricing":{"prompt":"-1","completion":"-1","request":-1}})");
    CHECK_FALSE(router.pricing.prompt);
    CHECK_FALSE(router.pricing.completion);
    CHECK_FALSE(router.pricing.request);
}

TEST_CASE("what a model can do with reasoning is read") {
    const auto info = read(full_entry);
    REQUIRE(info.reasoning);
    CHECK(info.reasoning->mandatory);
    CHECK(info.reasoning->supported_efforts == std::vector<std::string>{"low", "high"});
    CHECK(info.reasoning->default_effort == "low");
    CHECK(info.reasoning->default_enabled == false);
    CHECK(info.reasoning->supports_max_tokens == true);
    const auto any = read(R"({"id":"a/b","reasoning":{"supported_efforts":null}})");
    REQUIRE(any.reasoning);
    CHECK_FALSE(any.reasoning->supported_efforts);
    CHECK_FALSE(read(R"({"id":"a/b"})").reasoning);
}

TEST_CASE("members of a wrong kind are absent") {
    const auto info = read(R"({"id":7,"name":null,"context_length":"big","architecture":[],
        "pricing":"cheap","top_provider":{"max_completion_tokens":null,"context_length":5},
        "supported_parameters":{"a":1},"reasoning":true})");
    CHECK(info.id.empty());
    CHECK(info.context_length == 5);
    CHECK_FALSE(info.max_completion_tokens);
    CHECK_FALSE(info.pricing.prompt);
    CHECK_FALSE(info.reasoning);
    CHECK(info.supported_parameters.empty());
    CHECK_FALSE(read(R"({"context_length":0})").context_length);
    CHECK_FALSE(read(R"({"pricing":{"prompt":"cheap"}})").pricing.prompt);
}

TEST_CASE("an endpoint is read") {
    const auto entry = parse_json(R"({"name":"P | m","model_id":"a/b","provider_name":"P",
        "tag":"p/fp8","quantization":"fp8","context_length":1000,"max_prompt_tokens":null,
        "max_completion_tokens":500,"pricing":{"prompt":"0.000001","completion":"0.000002"},
        "supported_parameters":["tools"],"supports_implicit_caching":true,"status":-2,
        "uptime_last_30m":99.5})");
    const auto info = endpoint_info_from_json(entry.get_object());
    CHECK(info.name == "P | m");
    CHECK(info.model_id == "a/b");
    CHECK(info.tag == "p/fp8");
    CHECK(info.quantization == "fp8");
    CHECK(info.context_length == 1000);
    CHECK_FALSE(info.max_prompt_tokens);
    CHECK(info.max_completion_tokens == 500);
    CHECK(info.pricing.prompt->to_string() == "0.000001");
    CHECK(info.supports("tools"));
    CHECK(info.supports_implicit_caching);
    CHECK(info.status == -2);
    CHECK(info.uptime_last_30m == 99.5);
}
