#include "compatible/model_entries.hpp"
#include "compatible/server.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

using namespace capstan;
using namespace capstan::compatible;

namespace {

json::object object(std::string_view text) { return parse_json(text).as_object(); }

std::vector<ModelInfo> list(std::string_view entries) {
    return models_from_list(object(R"({"object":"list","data":[)" + std::string(entries) + "]}"));
}

}  // namespace

TEST_CASE("the context length is read from each server's own field") {
    const auto [entry, length] = GENERATE(table<const char*, std::int64_t>({
        {R"({"id":"m","meta":{"n_ctx":2048,"n_ctx_train":8192}})", 2048},
        {R"({"id":"m","meta":{"n_ctx_train":8192}})", 8192},
        {R"({"id":"m","meta":null,"max_model_len":32768})", 32768},
        {R"({"id":"m","max_context_length":131072,"loaded_context_length":4096})", 4096},
        {R"({"id":"m","max_context_length":131072})", 131072},
        {R"({"id":"m","context_window":131072,"max_completion_tokens":1024})", 131072},
        {R"({"id":"m","context_length":65536})", 65536},
        {R"({"id":"m","context_length":0,"max_model_len":-1})", 0},
        {R"({"id":"m"})", 0},
    }));
    INFO(entry);
    const auto info = model_from_entry(object(entry));
    CHECK(info.id == "m");
    CHECK(info.context_length.value_or(0) == length);
}

TEST_CASE("other facts of an entry are read, and the entry is kept") {
    const auto groq = model_from_entry(object(R"({"id":"g","max_completion_tokens":1024})"));
    CHECK(groq.max_completion_tokens == 1024);
    const auto vision = model_from_entry(object(R"({"id":"v","capabilities":{"vision":true}})"));
    CHECK(vision.input_modalities == std::vector<std::string>{"text", "image"});
    const auto studio = model_from_entry(object(R"({"id":"s","type":"vlm","state":"loaded"})"));
    CHECK(studio.input_modalities == std::vector<std::string>{"text", "image"});
    CHECK(find_string(studio.raw, "state") == "loaded");
}

TEST_CASE("lists with anything strange in them give the models that can be read") {
    CHECK(list("").empty());
    CHECK(models_from_list(nullptr).empty());
    CHECK(models_from_list(parse_json(R"([{"id":"bare"}])")).at(0).id == "bare");
    CHECK(models_from_list(object(R"({"data":null})")).empty());
    CHECK(models_from_list(object(R"({"data":{"id":"m"}})")).empty());
    const auto models = list(R"(null, 1, "m", {}, {"id":7}, {"id":""}, {"id":"a"}, {"id":"b"})");
    REQUIRE(models.size() == 2);
    CHECK(models[0].id == "a");
    CHECK(models[1].id == "b");
}

TEST_CASE("a list tells whose server it is") {
    const auto [owner, flavour] = GENERATE(table<const char*, OpenAiFlavour>({
        {"llamacpp", OpenAiFlavour::llama_cpp},
        {"vllm", OpenAiFlavour::vllm},
        {"library", OpenAiFlavour::ollama},
        {"organization_owner", OpenAiFlavour::lm_studio},
        {"somebody", OpenAiFlavour::generic},
    }));
    const auto models = list(R"({"id":"m","owned_by":")" + std::string(owner) + "\"}");
    Server automatic(OpenAiFlavour::automatic, {});
    CHECK(automatic.flavour() == OpenAiFlavour::generic);
    automatic.learn(models);
    CHECK(automatic.flavour() == flavour);
    // Who says which server it is, is believed.
    Server told(OpenAiFlavour::openai, {});
    told.learn(models);
    CHECK(told.flavour() == OpenAiFlavour::openai);
}

TEST_CASE("a quirk that was set survives what is learnt of the server") {
    OpenAiQuirks mine;
    mine.reasoning_field = "thoughts";
    Server server(OpenAiFlavour::automatic, mine);
    CHECK(server.quirks().thinking_switch == "");
    server.learn(list(R"({"id":"m","owned_by":"llamacpp"})"));
    CHECK(server.quirks().thinking_switch == "enable_thinking");
    CHECK(server.quirks().reasoning_field == "thoughts");
}

TEST_CASE("models are found by id, and never as another model") {
    Server ollama(OpenAiFlavour::ollama, {});
    ollama.learn(list(R"({"id":"qwen3:latest"}, {"id":"qwen3:8b"})"));
    CHECK(ollama.find("qwen3:8b")->id == "qwen3:8b");
    CHECK(ollama.find("qwen3")->id == "qwen3:latest");
    CHECK_FALSE(ollama.find("qwen3:4b"));
    CHECK_FALSE(ollama.find(""));

    Server one(OpenAiFlavour::llama_cpp, {});
    one.learn(list(R"({"id":"tiny"})"));
    CHECK(one.find("")->id == "tiny");
    CHECK(one.find("whatever")->id == "tiny");

    Server other(OpenAiFlavour::generic, {});
    other.learn(list(R"({"id":"tiny"})"));
    CHECK(other.find("")->id == "tiny");
    CHECK_FALSE(other.find("whatever"));
}

TEST_CASE("a list does not take away what was asked for by name") {
    Server server(OpenAiFlavour::ollama, {});
    server.learn(list(R"({"id":"m"})"));
    ModelInfo info = *server.find("m");
    info.context_length = 4096;
    server.learn("m", info);
    server.learn(list(R"({"id":"m","created":1})"));
    CHECK(server.find("m")->context_length == 4096);
}

TEST_CASE("servers' own routes tell the context length") {
    CHECK(context_of_llama_props(object(R"({"default_generation_settings":{"n_ctx":2048}})")) ==
          2048);
    CHECK_FALSE(context_of_llama_props(object(R"({"default_generation_settings":[]})")));
    const auto ps = object(R"({"models":[{"name":"a","context_length":1},
                               {"name":"m:latest","context_length":4096}, 7]})");
    CHECK(context_of_ollama_ps(ps, "m") == 4096);
    CHECK_FALSE(context_of_ollama_ps(ps, "m:8b"));
    CHECK(context_of_ollama_show(object(
              R"({"parameters":"stop \"x\"\nnum_ctx   16384\n","model_info":{"q.context_length":1}})"))
          == 16384);
    CHECK(context_of_ollama_show(object(
              R"({"model_info":{"general.architecture":"q","q.context_length":40960}})")) == 40960);
    CHECK_FALSE(context_of_ollama_show(object(R"({"parameters":"num_ctx"})")));
}
