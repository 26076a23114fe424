#include <capstan/redact.hpp>

#include <catch2/catch_test_macros.hpp>

#include <vector>

using namespace capstan;

TEST_CASE("given secrets are removed wherever they stand") {
    const std::vector<std::string> secrets = {"my-key-1", "pass\"word"};
    CHECK(redact("my-key-1", secrets) == "[redacted]");
    CHECK(redact("a my-key-1 b my-key-1my-key-1", secrets) ==
          "a [redacted] b [redacted][redacted]");
    CHECK(redact(R"({"k":"pass\"word"})", secrets) == R"({"k":"[redacted]"})");
    CHECK(redact("nothing here", secrets) == "nothing here");
}

TEST_CASE("secrets too short to be one, and empty ones, are ignored") {
    const std::vector<std::string> secrets = {"", "abc"};
    CHECK(redact("abc abc", secrets) == "abc abc");
}

TEST_CASE("what looks like a key is removed, also one that was shortened") {
    CHECK(redact("key sk-or-v1-0a1b2c is bad.") == "key [redacted] is bad.");
    CHECK(redact("key sk-or-v1-0a1b2c.") == "key [redacted].");
    CHECK(redact("key SK-OR-V1-0A1B...9f9 is") == "key [redacted] is");
    CHECK(redact("key sk-or-v1-***9f9") == "key [redacted]");
    CHECK(redact("sk-or-") == "sk-or-");
}

TEST_CASE("what follows Bearer is removed") {
    CHECK(redact("Authorization: Bearer abc.def-1 was sent") ==
          "Authorization: Bearer [redacted] was sent");
    CHECK(redact("bearer xyz==, bearer uvw") == "bearer [redacted], bearer [redacted]");
    CHECK(redact("Bearer ") == "Bearer ");
}

TEST_CASE("a secret cut off at the end of a text is removed") {
    const std::vector<std::string> secrets = {"0123456789abcdef"};
    CHECK(redact("sent 0123456789", secrets) == "sent [redacted]");
    CHECK(redact("sent 0123456", secrets) == "sent 0123456");
}

TEST_CASE("many secrets in a large text cost linear time") {
    std::string text;
    for (int i = 0; i < 200'000; ++i) text += "bearer x my-key-1 ";
    const std::vector<std::string> secrets = {"my-key-1"};
    const auto cleaned = redact(std::move(text), secrets);
    CHECK(cleaned.find("my-key-1") == std::string::npos);
    CHECK(cleaned.starts_with("bearer [redacted] [redacted] bearer"));
}

TEST_CASE("JSON is cleaned in strings and member names, and otherwise kept") {
    const std::vector<std::string> secrets = {"my-key-1"};
    const auto value = json::parse(
        R"({"a":1,"my-key-1":[true,null,2.5,"x my-key-1",{"b":"Bearer qq"}],"c":"ok"})");
    const auto cleaned = json::parse(
        R"({"a":1,"[redacted]":[true,null,2.5,"x [redacted]",{"b":"Bearer [redacted]"}],"c":"ok"})");
    CHECK(redact_json(value, secrets) == cleaned);
}
