#include "mcp/mcp_names.hpp"

#include <catch2/catch_test_macros.hpp>

#include <random>
#include <regex>
#include <set>
#include <string>

using namespace capstan::mcp;

TEST_CASE("A tool of a server is named after both") {
    CHECK(tool_name("files", "read_file") == "files__read_file");
    CHECK(tool_name("a-B_9", "x") == "a-B_9__x");
    const std::string longest(64 - 3, 'x');
    CHECK(tool_name("s", longest) == "s__" + longest);
}

TEST_CASE("Names that models do not take are replaced, and stay different") {
    const std::regex good("[A-Za-z0-9_-]{1,64}");
    const std::string longer(200, 'x');
    const std::vector<std::pair<std::string, std::string>> pairs = {
        {"s", longer},     {"s", longer + "y"},
        {"s", "a.b"},      {"s", "a/b"},
        {"s", "a b"},      {"s.", "a"},
        {"\xc3\xbc", "a"}, {longer, "a"},
        {"", ""},          {"s", std::string("\0", 1)}};
    std::set<std::string> names;
    for (const auto& [server, tool] : pairs) {
        const auto name = tool_name(server, tool);
        CHECK(std::regex_match(name, good));
        CHECK(names.insert(name).second);
        CHECK(name == tool_name(server, tool));
    }
    // Kept for ever: sessions and allow lists on disk have such names.
    CHECK(tool_name("s", "a.b") == "s__a_b_" + tool_name("s", "a.b").substr(7));
    CHECK(tool_name("s", "a.b").size() == 15);
}

TEST_CASE("Tools of different servers never share a name") {
    std::set<std::string> taken;
    const auto first = unique_tool_name("a__b", "c", taken);
    const auto second = unique_tool_name("a", "b__c", taken);
    CHECK(first == "a__b__c");
    CHECK(second.starts_with("a__b__c_"));
    CHECK(unique_tool_name("a", "b__c", taken).empty());
    CHECK(taken.size() == 2);
}

TEST_CASE("Any bytes make a good name") {
    const std::regex good("[A-Za-z0-9_-]{1,64}");
    std::mt19937 random(7);
    for (int i = 0; i < 5'000; ++i) {
        std::string server(random() % 40, ' '), tool(random() % 80, ' ');
        for (auto& c : server) c = static_cast<char>(random());
        for (auto& c : tool) c = static_cast<char>(random());
        CHECK(std::regex_match(tool_name(server, tool), good));
    }
}
