#include "chat/tool_call_ids.hpp"
#include "request_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include <set>

using namespace capstan;
using namespace request_fixture;

namespace {

std::string call(std::string_view id) {
    return R"({"id":")" + std::string(id) +
           R"(","type":"function","function":{"name":"f","arguments":"{}"}})";
}

std::string calls(std::initializer_list<std::string_view> ids) {
    std::string list;
    for (std::string_view id : ids) list += (list.empty() ? "" : ",") + call(id);
    return R"({"role":"assistant","content":null,"tool_calls":[)" + list + "]}";
}

std::string result(std::string_view id, std::string_view text = "r") {
    return R"({"role":"tool","tool_call_id":")" + std::string(id) + R"(","content":")" +
           std::string(text) + "\"}";
}

std::string sent(const std::string& messages, const char* model = "vendor/model") {
    MessageRequest request;
    request.messages = history(messages);
    return member(json_of(bare_options(model), request), "messages");
}

const std::string user = R"({"role":"user","content":"u"})";
const std::string lost = "[The call was interrupted; it has no result.]";

}  // namespace

TEST_CASE("user problem 30: every call gets exactly one result") {
    const std::string whole = "[" + user + "," + calls({"a", "b"}) + "," + result("b") + "," +
                              result("a") + "," + user + "]";
    CHECK(sent(whole) == whole);
    CHECK(sent("[" + user + "," + calls({"a", "b"}) + "," + result("a") + "," + user + "]") ==
          "[" + user + "," + calls({"a", "b"}) + "," + result("a") + "," + result("b", lost) + "," +
              user + "]");
    CHECK(sent("[" + user + "," + calls({"a"}) + "]") ==
          "[" + user + "," + calls({"a"}) + "," + result("a", lost) + "]");
}

TEST_CASE("user problem 30: results without a call and repeated results are left out") {
    CHECK(sent("[" + result("x") + "," + user + "," + result("y") + "," + calls({"a"}) + "," +
               result("a") + "," + result("a", "again") + "," + result("z") + "]") ==
          "[" + user + "," + calls({"a"}) + "," + result("a") + "]");
}

TEST_CASE("pitfall 18: equal ids in one turn and in several turns keep their results") {
    const std::string twice = "[" + user + "," + calls({"a", "a"}) + "," + result("a", "1") + "," +
                              result("a", "2") + "," + calls({"a"}) + "," + result("a", "3") + "]";
    CHECK(sent(twice) == twice);
}

TEST_CASE("user problem 29: ids that a vendor refuses are replaced, the same everywhere") {
    const std::string odd = "functions.look:0";
    const std::string long_id = "fc_" + std::string(60, 'x');
    const std::string text = "[" + user + "," + calls({odd, "Abc123xyz", long_id}) + "," +
                             result(long_id) + "," + result(odd) + "," + result("Abc123xyz") + "]";
    CHECK(sent(text) == text);
    const auto conversation = history(text);
    std::vector<const Message*> messages;
    for (const Message& message : conversation.messages()) messages.push_back(&message);
    CHECK(map_tool_call_ids(messages, "google/gemini-3-pro").empty());
    CHECK(map_tool_call_ids(messages, "openai/gpt-5").size() == 1);
    CHECK(map_tool_call_ids(messages, "anthropic/claude-opus-5").size() == 1);
    const auto mistral = map_tool_call_ids(messages, "mistralai/mistral-large");
    CHECK(mistral.size() == 2);
    for (const auto& [from, to] : mistral) CHECK(to.size() == 9);
    const std::string mapped = sent(text, "mistralai/mistral-large");
    CHECK(mapped == sent(text, "mistralai/mistral-large"));
    CHECK(mapped.find(odd) == std::string::npos);
    const auto body = parse_json(mapped).as_array();
    CHECK(body[1].at("tool_calls").at(0).at("id") == body[3].at("tool_call_id"));
    CHECK(body[1].at("tool_calls").at(2).at("id") == body[2].at("tool_call_id"));
    CHECK(body[4].at("tool_call_id") == "Abc123xyz");
}
