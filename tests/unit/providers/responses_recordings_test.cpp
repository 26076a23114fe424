#include "recordings.hpp"
#include "responses_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cstddef>

using namespace responses_fixture;

namespace {

/// The response object that a recorded answer ends with; nothing for an error.
std::optional<json::object> final_response(const std::string& body) {
    const auto at = body.rfind("data: {\"type\":\"response.completed\"");
    const auto text = at == body.npos ? std::string_view(body).substr(
                                            std::min(body.find('{'), body.size()))
                                      : std::string_view(body).substr(at + 6);
    const auto value = try_parse_json(text.substr(0, at == body.npos ? text.npos
                                                                     : text.find('\n')));
    if (!value || !value->is_object()) return std::nullopt;
    const auto* inner = find_object(value->get_object(), "response");
    return inner ? *inner : value->get_object();
}

struct Expected {
    std::string text;
    std::vector<std::string> arguments;
    std::vector<std::string> secrets;
};

Expected read_output(const json::array& output) {
    Expected expected;
    for (const json::value& value : output) {
        const json::object& item = value.as_object();
        const auto type = find_string(item, "type");
        if (type == "function_call")
            expected.arguments.emplace_back(find_string(item, "arguments").value_or(""));
        if (const auto secret = find_string(item, "encrypted_content"))
            expected.secrets.emplace_back(*secret);
        const auto* content = type == "message" ? find_array(item, "content") : nullptr;
        if (!content) continue;
        for (const json::value& part : *content)
            expected.text += find_string(part.as_object(), "text").value_or("");
    }
    return expected;
}

void check(const recordings::Exchange& exchange, const json::object& response) {
    Reading reading;
    for (std::size_t at = 0; at < exchange.body.size(); at += 7)
        reading.feed(std::string_view(exchange.body).substr(at, 7));
    reading.end();
    const AssistantMessage message = reading.message();
    const Expected expected = read_output(response.at("output").as_array());
    CHECK_FALSE(reading.decoder().error());
    CHECK_FALSE(reading.decoder().malformed());
    CHECK_FALSE(reading.reader.truncated());
    CHECK(text_of(message.content) == expected.text);
    REQUIRE(message.tool_calls.size() == expected.arguments.size());
    for (std::size_t i = 0; i < expected.arguments.size(); ++i)
        CHECK(message.tool_calls[i].arguments == expected.arguments[i]);
    std::vector<std::string> secrets;
    if (message.reasoning.details)
        for (const auto& item : responses::reasoning_items(*message.reasoning.details))
            if (!item.encrypted_content.empty()) secrets.push_back(item.encrypted_content);
    CHECK(secrets == expected.secrets);
    const FinishChunk finish = reading.decoder().finish_chunk();
    CHECK(finish.generation_id == find_string(response, "id").value_or(""));
    CHECK_FALSE(finish.model.empty());
    const auto usage = reading.decoder().usage();
    const auto* told = find_object(response, "usage");
    REQUIRE(usage.has_value() == (told != nullptr));
    if (usage) CHECK(usage->output_tokens == find_int(*told, "output_tokens"));
}

}  // namespace

TEST_CASE("Recorded responses are read whole, whatever their events leave out") {
    if (!recordings::root()) SKIP("there are no recordings");
    std::size_t streams = 0;
    std::size_t errors = 0;
    for (const auto& exchange : recordings::response_exchanges()) {
        INFO(exchange.folder.string());
        const auto response = final_response(exchange.body);
        REQUIRE(response);
        if (!response->contains("output")) {
            CHECK(read(exchange.body)->decoder().error());
            ++errors;
            continue;
        }
        check(exchange, *response);
        streams += exchange.streamed() ? 1 : 0;
    }
    CHECK(streams > 10);
    CHECK(errors < 5);
}
