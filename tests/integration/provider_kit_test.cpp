// The provider kit on our own handlers, and on providers that break the contract.
#include <capstan/capstan.hpp>
#include <capstan/testing/answers.hpp>
#include <capstan/testing/provider_kit.hpp>

#include <catch2/catch_test_macros.hpp>

#include <memory>
#include <utility>

using namespace capstan;
using namespace capstan::testing;

namespace {

std::string event(const std::string& json) { return "data: " + json + "\n\n"; }

WireCase text_case() {
    ExpectedAnswer expected;
    expected.text = "Grüße 🙂";
    expected.finish = FinishReason::stop;
    expected.input_tokens = 7;
    expected.output_tokens = 3;
    return WireCase(
        "text",
        ": keep alive\n\n" + event(R"({"id":"gen-1","choices":[{"delta":{"content":"Grü"}}]})") +
            event(R"({"choices":[{"delta":{"content":"ße 🙂"},"finish_reason":"stop"}]})") +
            event(R"({"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":3}})") +
            event("[DONE]"),
        std::move(expected));
}

WireCase tools_case() {
    ExpectedAnswer expected;
    expected.reasoning = "Hm.";
    expected.tool_calls = {{"look", R"({"at":1})"}, {"stop", "{}"}};
    expected.finish = FinishReason::tool_calls;
    return WireCase(
        "tools",
        event(R"({"id":"gen-2","choices":[{"delta":{"reasoning":"Hm."}}]})") +
            event(R"({"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","type":"function",)"
                  R"("function":{"name":"look","arguments":"{\"at\""}}]}}]})") +
            event(R"({"choices":[{"delta":{"tool_calls":[{"index":0,"function":)"
                  R"({"arguments":":1}"}},{"index":1,"id":"b","function":{"name":"stop",)"
                  R"("arguments":"{}"}}]},"finish_reason":"tool_calls"}]})") +
            event(R"({"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1}})") +
            event("[DONE]"),
        std::move(expected));
}

WireCase error_case() {
    ExpectedAnswer expected;
    expected.text = "Half";
    expected.error = ErrorKind::rate_limited;
    return WireCase("error in mid-stream",
                    event(R"({"id":"gen-3","choices":[{"delta":{"content":"Half"}}]})") +
                        event(R"({"error":{"code":429,"message":"slow down"},"choices":[]})"),
                    std::move(expected));
}

ProviderKit openrouter_kit() {
    ProviderKit kit;
    kit.make_handler = [](const KitTarget& target) -> std::shared_ptr<ApiHandler> {
        OpenRouterOptions options;
        options.base_url = target.base_url;
        options.api_key = target.api_key;
        options.clock = target.clock;
        return std::make_shared<OpenRouterHandler>(std::move(options));
    };
    kit.cases = {text_case(), tools_case(), error_case()};
    return kit;
}

/// Does what `breach` says wrong, and all else as the inner handler.
enum class Breach { two_finishes, late_text, foreign_error, drops_text };

class BadHandler final : public ApiHandler {
public:
    BadHandler(std::shared_ptr<ApiHandler> inner, Breach breach)
        : inner_(std::move(inner)), breach_(breach) {}

    ChunkStream create_message(MessageRequest request) override {
        return spoil(inner_->create_message(std::move(request)), breach_);
    }
    SelectedModel get_model() const override { return inner_->get_model(); }

private:
    static ChunkStream spoil(ChunkStream stream, Breach breach) {
        while (auto chunk = co_await stream.next()) {
            const bool text = std::holds_alternative<TextChunk>(*chunk);
            const bool finish = std::holds_alternative<FinishChunk>(*chunk);
            if (breach == Breach::drops_text && text) continue;
            if (breach == Breach::foreign_error && finish) throw std::runtime_error("oops");
            co_yield std::move(*chunk);
            if (!finish) continue;
            if (breach == Breach::late_text) {
                StreamChunk late = TextChunk("late");
                co_yield std::move(late);
            }
            if (breach == Breach::two_finishes) {
                StreamChunk again = FinishChunk();
                co_yield std::move(again);
            }
        }
    }

    std::shared_ptr<ApiHandler> inner_;
    Breach breach_;
};

}  // namespace

TEST_CASE("OpenRouterHandler passes the provider kit") {
    const auto findings = check_provider(openrouter_kit());
    INFO(to_string(findings));
    CHECK(findings.empty());
}

TEST_CASE("the provider kit finds each breach of the contract") {
    const std::pair<Breach, const char*> rows[] = {
        {Breach::two_finishes, "a chunk came after the FinishChunk"},
        {Breach::late_text, "a chunk came after the FinishChunk"},
        {Breach::foreign_error, "an exception that is no ApiError: oops"},
        {Breach::drops_text, "the text is"}};
    for (const auto& [breach, what] : rows) {
        auto kit = openrouter_kit();
        const auto make = kit.make_handler;
        const auto wanted = breach;
        kit.make_handler = [make, wanted](const KitTarget& target) -> std::shared_ptr<ApiHandler> {
            return std::make_shared<BadHandler>(make(target), wanted);
        };
        kit.cases = {text_case()};
        const auto findings = check_provider(kit);
        CHECK(to_string(findings).find(what) != std::string::npos);
    }
}

TEST_CASE("a kit that could find nothing is refused") {
    ProviderKit kit;
    CHECK_THROWS_AS(check_provider(kit), std::invalid_argument);
    kit = openrouter_kit();
    kit.cases = {error_case()};
    CHECK_THROWS_AS(check_provider(kit), std::invalid_argument);
}
