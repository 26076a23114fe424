#include "run_driver.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace capstan;
using namespace capstan::testing;

TEST_CASE("A history is made whole before a run goes on with it") {
    Conversation history;
    history.add_tool_result("c9", "of nothing");
    history.add_user("Go");
    history.add(calls_of({{"a", "{}"}, {"b", "{}"}}));
    history.add_tool_result("c2", "two");
    history.add_tool_result("c2", "two again");
    history.pin(1);
    Driver drive({}, history);
    CHECK(drive(said("And?")) == "call 1");
    CHECK(lines(drive.run) == "user: Go\ncalls c1 c2\n"
                              "c1: No result of this call is known: the conversation was cut off "
                              "behind it.\nc2: two\nuser: And?\n");
    CHECK(drive.run.transcript().pinned(0));
}

TEST_CASE("Calls without an id, or with that of another, get one of their own") {
    Driver drive;
    drive(said("Go"));
    auto message = calls_of({{"a", ""}, {"b", ""}, {"c", ""}, {"d", ""}});
    message.tool_calls[1].id = "c1";
    message.tool_calls[2].id = "";
    message.tool_calls[3].id = "c1_1";
    CHECK(drive(answer(message)) == "check c1 c1_2 call_1 c1_1");
}
