// Does the provider keep the contract? The kit answers with what is written here.
#include "harbor.hpp"

#include <capstan/testing/provider_kit.hpp>

#include <cstdio>
#include <memory>
#include <string>
#include <utility>

using namespace capstan;
using namespace capstan::testing;

namespace {

WireCase text_case() {
    ExpectedAnswer expected;
    expected.text = "Pier 7, ünder the crane.";
    expected.reasoning = "The tide is out.";
    expected.finish = FinishReason::stop;
    expected.input_tokens = 12;
    expected.output_tokens = 9;
    expected.model = "barge-1";
    expected.extra = {"weather"};
    return WireCase("text",
                    "{\"think\":\"The tide is out.\"}\n\n"
                    "{\"say\":\"Pier 7, \"}\n{\"weather\":\"fog\"}\n"
                    "{\"say\":\"ünder the crane.\"}\n"
                    "{\"end\":\"done\",\"in\":12,\"out\":9}\n",
                    std::move(expected));
}

WireCase tool_case() {
    ExpectedAnswer expected;
    expected.tool_calls = {{"tide", R"({"at":"noon"})"}};
    expected.finish = FinishReason::tool_calls;
    return WireCase("tool call",
                    "{\"use\":\"tide\",\"call\":\"c1\",\"with\":{\"at\":\"noon\"}}\n"
                    "{\"end\":\"done\",\"in\":1,\"out\":1}\n",
                    std::move(expected));
}

WireCase fault_case() {
    ExpectedAnswer expected;
    expected.text = "Pier";
    expected.error = ErrorKind::rate_limited;
    return WireCase("fault",
                    "{\"say\":\"Pier\"}\n"
                    "{\"fault\":{\"code\":429,\"message\":\"too many ships\"}}\n",
                    std::move(expected));
}

}  // namespace

int main() {
    ProviderKit kit;
    kit.make_handler = [](const KitTarget& target) -> std::shared_ptr<ApiHandler> {
        ProviderOptions options;
        options.base_url = target.base_url;
        options.api_key = target.api_key;
        options.clock = target.clock;
        options.model = "barge-1";
        return std::make_shared<HarborHandler>(std::move(options));
    };
    kit.cases = {text_case(), tool_case(), fault_case()};
    const auto findings = check_provider(kit);
    std::printf("%s%zu findings\n", to_string(findings).c_str(), findings.size());
    return findings.empty() ? 0 : 1;
}
