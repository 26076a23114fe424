#include "recordings.hpp"
#include "request_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace capstan;
using namespace request_fixture;

namespace {

// Per assistant message: its details and its calls, as texts.
std::vector<std::string> replayed(const json::array& messages) {
    std::vector<std::string> result;
    for (const json::value& message : messages) {
        const json::object& object = message.as_object();
        if (object.at("role") != "assistant") continue;
        std::string line = member(object, "reasoning_details");
        if (const auto* calls = find_array(object, "tool_calls")) {
            for (const json::value& call : *calls)
                line += " " + member(call.as_object(), "id") + member(call.as_object(), "function");
        }
        result.push_back(std::move(line));
    }
    return result;
}

// Members of a call's function come in our order, whatever the recorder's was.
json::array normal(const json::array& messages) {
    json::array result;
    for (const json::value& message : messages) {
        json::object object = to_json(message_from_json(message));
        result.push_back(std::move(object));
    }
    return result;
}

}  // namespace

TEST_CASE("recordings: reasoning that a client replayed with success is replayed the same") {
    if (!recordings::root()) SKIP("no recordings");
    int replays = 0;
    for (const auto& exchange : recordings::chat_exchanges()) {
        const auto request = exchange.request();
        if (!request || !request->is_object()) continue;
        const json::array* messages = find_array(request->get_object(), "messages");
        if (!messages || to_json_text(*messages).find("reasoning_details") == std::string::npos)
            continue;
        CAPTURE(exchange.folder.string());
        MessageRequest ours;
        ours.messages = Conversation::from_json(json::value(*messages));
        const auto model = find_string(request->get_object(), "model").value_or("");
        const auto body = json_of(bare_options(std::string(model)), ours);
        CHECK(replayed(body.at("messages").as_array()) == replayed(normal(*messages)));
        ++replays;
    }
    CHECK(replays >= 19);
}

TEST_CASE("recordings: every recorded history is read and kept") {
    if (!recordings::root()) SKIP("no recordings");
    int histories = 0;
    for (const auto& exchange : recordings::chat_exchanges()) {
        const auto request = exchange.request();
        if (!request || !request->is_object()) continue;
        const json::array* messages = find_array(request->get_object(), "messages");
        if (!messages) continue;
        CAPTURE(exchange.folder.string());
        const std::string kept = Conversation::from_json(json::value(*messages)).to_json_text();
        CHECK(Conversation::from_json(std::string_view(kept)).to_json_text() == kept);
        ++histories;
    }
    CHECK(histories > 400);
}
