#include <capstan/approval.hpp>

#include <catch2/catch_test_macros.hpp>

#include <set>
#include <stdexcept>

using namespace capstan;

namespace {

bool fits(const std::string& pattern, std::string_view tool) {
    ApprovalPolicy policy;
    policy.deny(pattern, "");
    return policy.decide(tool, {}, Permission::allow).permission == Permission::deny;
}

}  // namespace

TEST_CASE("A star in a rule stands for any text") {
    for (const char* pattern : {"read_file", "*", "read*", "*file", "r*f*e", "**", "read_file*"})
        CHECK(fits(pattern, "read_file"));
    for (const char* pattern : {"", "read", "file", "read*x", "*read", "READ_FILE", "r*d"})
        CHECK_FALSE(fits(pattern, "read_file"));
    CHECK(fits("*", ""));
    CHECK(fits("a*ab", "aaaab"));
}

TEST_CASE("The first rule that fits decides, else the tool itself") {
    ApprovalPolicy policy;
    policy.deny("rm", "not here", [](const json::value& arguments) {
        return arguments.at("path").as_string() == "/";
    });
    policy.allow("rm").ask("w*");
    const auto root = parse_json(R"({"path":"/"})");
    CHECK(policy.decide("rm", root, Permission::ask).permission == Permission::deny);
    CHECK(policy.decide("rm", root, Permission::ask).reason == "not here");
    const auto other = parse_json(R"({"path":"/a"})");
    CHECK(policy.decide("rm", other, Permission::ask).permission == Permission::allow);
    CHECK(policy.decide("write", other, Permission::allow).permission == Permission::ask);
    CHECK(policy.decide("read", other, Permission::deny).permission == Permission::deny);
    CHECK(ApprovalPolicy::allow_all().decide("x", {}, Permission::deny).permission ==
          Permission::allow);
}

TEST_CASE("A predicate that throws never allows") {
    const auto broken = [](const json::value&) -> bool { throw std::runtime_error("broken"); };
    ApprovalPolicy policy;
    policy.allow("*", broken);
    CHECK(policy.decide("t", {}, Permission::ask).permission == Permission::ask);
    policy.ask("*", broken);
    CHECK(policy.decide("t", {}, Permission::allow).permission == Permission::ask);
}

TEST_CASE("A fingerprint belongs to one call with one meaning of its arguments") {
    const auto one = approval_fingerprint("s", "c", "t", R"({"a":1,"b":2})");
    CHECK(one == approval_fingerprint("s", "c", "t", R"({ "b":2, "a":1.0 })"));
    std::set<std::string> all = {one};
    all.insert(approval_fingerprint("s", "c", "t", R"({"a":1,"b":3})"));
    all.insert(approval_fingerprint("sc", "", "t", R"({"a":1,"b":2})"));
    all.insert(approval_fingerprint("", "sc", "t", R"({"a":1,"b":2})"));
    all.insert(approval_fingerprint("s", "ct", "", R"({"a":1,"b":2})"));
    CHECK(all.size() == 5);
}
