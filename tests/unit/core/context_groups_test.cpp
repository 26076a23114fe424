#include "context/context_groups.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace capstan;

namespace {

Conversation read(std::string_view text) { return Conversation::from_json(text); }

// One letter a message: capital when kept, and a bar before each group.
std::string drawn(const Conversation& conversation) {
    const auto kept = kept_messages(conversation);
    std::string out;
    for (const MessageGroup& group : message_groups(conversation)) {
        out += group.kept ? "!" : group.summary ? "~" : "|";
        for (std::size_t i = group.first; i < group.last; ++i) {
            const std::string_view letters = kept[i] ? "SUAT" : "suat";
            out += letters[conversation.messages()[i].index()];
        }
    }
    return out;
}

const std::string calls =
    R"({"role":"assistant","content":null,"tool_calls":[)"
    R"({"id":"a","function":{"name":"f","arguments":""}},)"
    R"({"id":"b","function":{"name":"f","arguments":""}}])";
const std::string both =
    R"({"role":"tool","tool_call_id":"a","content":"1"},)"
    R"({"role":"tool","tool_call_id":"b","content":"2"})";
const std::string user = R"({"role":"user","content":"u"})";
const std::string answer = R"({"role":"assistant","content":"a"})";

}  // namespace

TEST_CASE("calls and their results are one group, other messages one each") {
    CHECK(drawn(read("[]")).empty());
    CHECK(drawn(read("[" + user + "," + calls + "}," + both + "," + answer + "," + user + "]")) ==
          "!U|att|a!U");
}

TEST_CASE("the first and the latest words of the user stay, and system messages") {
    const std::string system = R"({"role":"system","content":"s"})";
    CHECK(drawn(read("[" + system + "," + user + "," + user + "," + system + "," + user + "," +
                     answer + "]")) == "!S!U|u!S!U|a");
}

TEST_CASE("what follows the last assistant message stays, with its calls") {
    CHECK(drawn(read("[" + user + "," + answer + "," + calls + "}," + both + "]")) == "!U|a!aTT");
    CHECK(drawn(read("[" + user + "," + answer + "," + user + "," + user + "]")) == "!U|a!U!U");
}

TEST_CASE("calls without a result stay at the end, and only there") {
    CHECK(drawn(read("[" + user + "," + calls + "}]")) == "!U!a");
    CHECK(drawn(read("[" + user + "," + calls + "}," + user + "]")) == "!U|a!U");
}

TEST_CASE("a pinned result keeps its call") {
    const std::string pinned =
        R"({"role":"tool","tool_call_id":"a","content":"1","pinned":true},)"
        R"({"role":"tool","tool_call_id":"b","content":"2"})";
    CHECK(drawn(read("[" + user + "," + calls + "}," + pinned + "," + answer + "," + user + "]")) ==
          "!U!aTt|a!U");
}

TEST_CASE("a summary is neither the first nor the latest word of the user") {
    Conversation conversation;
    conversation.add_user(std::string(summary_mark) + "x").add_user("u").add_assistant("a");
    conversation.add_user("v").add_user(std::string(summary_mark) + "y").add_assistant("b");
    CHECK(drawn(conversation) == "~u!U|a!U~u|a");
}
