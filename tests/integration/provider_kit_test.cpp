// The provider kit on our own handlers, and on providers that break the contract.
#include <capstan/capstan.hpp>
#include <capstan/testing/answers.hpp>
#include <capstan/testing/provider_kit.hpp>

#include <catch2/catch_test_macros.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

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

/// Tells nothing of its usage.
WireCase silent_case() {
    ExpectedAnswer expected;
    expected.text = "Hi.";
    expected.tells_usage = false;
    return WireCase("no usage",
                    event(R"({"id":"gen-4","choices":[{"delta":{"content":"Hi."},)"
                          R"("finish_reason":"stop"}]})") +
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

ExpectedAnswer greeting() { return text_case().expected; }

std::string typed(const std::string& type, const std::string& members) {
    return "event: " + type + "\n" + event(R"({"type":")" + type + R"(")" + members + "}");
}

std::string text_delta(const std::string& text) {
    return typed("content_block_delta",
                 R"(,"index":0,"delta":{"type":"text_delta","text":")" + text + R"("})");
}

WireCase anthropic_text() {
    return WireCase(
        "text",
        typed("message_start", R"(,"message":{"id":"msg_1","type":"message","role":"assistant",)"
                               R"("model":"claude-sonnet-4-5","content":[],"stop_reason":null,)"
                               R"("usage":{"input_tokens":7,"output_tokens":1}})") +
            typed("ping", "") +
            typed("content_block_start",
                  R"(,"index":0,"content_block":{"type":"text","text":""})") +
            text_delta("Grü") + text_delta("ße 🙂") + typed("content_block_stop", R"(,"index":0)") +
            typed("message_delta", R"(,"delta":{"stop_reason":"end_turn","stop_sequence":null},)"
                                   R"("usage":{"output_tokens":3})") +
            typed("message_stop", ""),
        greeting());
}

WireCase anthropic_error() {
    ExpectedAnswer expected;
    expected.text = "Half";
    expected.error = ErrorKind::overloaded;
    return WireCase(
        "error in mid-stream",
        typed("message_start", R"(,"message":{"id":"msg_2","type":"message","role":"assistant",)"
                               R"("model":"claude-sonnet-4-5","content":[],"stop_reason":null,)"
                               R"("usage":{"input_tokens":7,"output_tokens":1}})") +
            typed("content_block_start",
                  R"(,"index":0,"content_block":{"type":"text","text":""})") +
            text_delta("Half") +
            typed("error", R"(,"error":{"type":"overloaded_error","message":"Overloaded"})"),
        std::move(expected));
}

WireCase responses_text() {
    const std::string item =
        R"({"type":"message","id":"msg_1","role":"assistant","status":"completed",)"
        R"("content":[{"type":"output_text","text":"Grüße 🙂","annotations":[]}]})";
    const std::string at = R"(,"item_id":"msg_1","output_index":0,"content_index":0)";
    return WireCase(
        "text",
        typed("response.created", R"(,"response":{"id":"resp_1","model":"gpt-5-mini",)"
                                  R"("status":"in_progress","output":[]})") +
            typed("response.output_item.added",
                  R"(,"output_index":0,"item":{"type":"message","id":"msg_1",)"
                  R"("role":"assistant","status":"in_progress","content":[]})") +
            typed("response.output_text.delta", at + R"(,"delta":"Grü")") +
            typed("response.output_text.delta", at + R"(,"delta":"ße 🙂")") +
            typed("response.output_text.done", at + R"(,"text":"Grüße 🙂")") +
            typed("response.output_item.done", R"(,"output_index":0,"item":)" + item) +
            typed("response.completed",
                  R"(,"response":{"id":"resp_1","model":"gpt-5-mini","status":"completed",)"
                  R"("output":[)" + item + R"(],"usage":{"input_tokens":7,"output_tokens":3}})"),
        greeting());
}

template <class Handler, class Options>
ProviderKit kit_of(std::vector<WireCase> cases) {
    ProviderKit kit;
    kit.make_handler = [](const KitTarget& target) -> std::shared_ptr<ApiHandler> {
        Options options;
        options.base_url = target.base_url;
        options.api_key = target.api_key;
        options.clock = target.clock;
        if (options.model.empty()) options.model = "some-model";
        return std::make_shared<Handler>(std::move(options));
    };
    kit.cases = std::move(cases);
    return kit;
}

ProviderKit openrouter_kit() {
    return kit_of<OpenRouterHandler, OpenRouterOptions>(
        {text_case(), tools_case(), error_case()});
}

/// Does what `breach` says wrong, and all else as the inner handler.
enum class Breach {
    two_finishes,
    late_text,
    foreign_error,
    drops_text,
    counts_calls_from_one,
    invents_usage,
    ends_when_cut
};

class BadHandler final : public ApiHandler {
public:
    BadHandler(std::shared_ptr<ApiHandler> inner, Breach breach)
        : inner_(std::move(inner)), breach_(breach) {}

    ChunkStream create_message(MessageRequest request) override {
        return spoil(inner_->create_message(std::move(request)), breach_);
    }
    SelectedModel get_model() const override { return inner_->get_model(); }

private:
    /// The end of a stream that broke off, as if it had been the end of the answer.
    static ChunkStream hide_cuts(ChunkStream stream) {
        bool finished = false;
        try {
            while (auto chunk = co_await stream.next()) {
                finished = std::holds_alternative<FinishChunk>(*chunk);
                co_yield std::move(*chunk);
            }
        } catch (const ApiError& error) {
            if (error.kind() != ErrorKind::network) throw;
        }
        if (finished) co_return;
        StreamChunk finish = FinishChunk();
        co_yield std::move(finish);
    }

    static ChunkStream spoil(ChunkStream stream, Breach breach) {
        if (breach == Breach::ends_when_cut) stream = hide_cuts(std::move(stream));
        while (auto chunk = co_await stream.next()) {
            if (breach == Breach::counts_calls_from_one)
                if (auto* call = std::get_if<ToolCallChunk>(&*chunk)) ++call->index;
            if (breach == Breach::invents_usage)
                if (auto* usage = std::get_if<UsageChunk>(&*chunk)) {
                    usage->usage.source = UsageSource::stream;
                    usage->usage.input_tokens = 0;
                }
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

TEST_CASE("OpenAiCompatibleHandler passes the provider kit") {
    const auto findings = check_provider(kit_of<OpenAiCompatibleHandler, OpenAiCompatibleOptions>(
        {text_case(), tools_case(), error_case()}));
    INFO(to_string(findings));
    CHECK(findings.empty());
}

TEST_CASE("AnthropicHandler passes the provider kit") {
    const auto findings = check_provider(
        kit_of<AnthropicHandler, AnthropicOptions>({anthropic_text(), anthropic_error()}));
    INFO(to_string(findings));
    CHECK(findings.empty());
}

TEST_CASE("OpenAiResponsesHandler passes the provider kit") {
    const auto findings = check_provider(
        kit_of<OpenAiResponsesHandler, OpenAiResponsesOptions>({responses_text()}));
    INFO(to_string(findings));
    CHECK(findings.empty());
}

TEST_CASE("the provider kit finds each breach of the contract") {
    const std::pair<Breach, const char*> rows[] = {
        {Breach::two_finishes, "a chunk came after the FinishChunk"},
        {Breach::late_text, "a chunk came after the FinishChunk"},
        {Breach::foreign_error, "an exception that is no ApiError: oops"},
        {Breach::drops_text, "the text is"},
        {Breach::counts_calls_from_one, "the index of tool call 0 is 1"},
        {Breach::invents_usage, "tells a usage that the answer does not"},
        {Breach::ends_when_cut, "in good order"}};
    for (const auto& [breach, what] : rows) {
        auto kit = openrouter_kit();
        const auto make = kit.make_handler;
        const auto wanted = breach;
        kit.make_handler = [make, wanted](const KitTarget& target) -> std::shared_ptr<ApiHandler> {
            return std::make_shared<BadHandler>(make(target), wanted);
        };
        kit.cases = {text_case(), tools_case(), silent_case()};
        const auto findings = check_provider(kit);
        INFO(to_string(findings));
        CHECK(to_string(findings).find(what) != std::string::npos);
    }
}

TEST_CASE("the provider kit says so when the handler does not come to its server") {
    auto kit = openrouter_kit();
    const auto make = kit.make_handler;
    kit.make_handler = [make](const KitTarget& target) {
        auto elsewhere = target;
        elsewhere.base_url = "http://127.0.0.1:1/v1";
        return make(elsewhere);
    };
    const auto findings = check_provider(kit);
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].what.find("KitTarget::base_url") != std::string::npos);
    CHECK(findings[0].what.find("127.0.0.1:1") != std::string::npos);
}

TEST_CASE("a kit that could find nothing is refused") {
    ProviderKit kit;
    CHECK_THROWS_AS(check_provider(kit), std::invalid_argument);
    kit = openrouter_kit();
    kit.cases = {error_case()};
    CHECK_THROWS_AS(check_provider(kit), std::invalid_argument);
}
