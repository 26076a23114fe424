#include <capstan/json_schema.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <string>
#include <vector>

using namespace capstan;

namespace {

std::string fault(const char* schema, const char* value) {
    return schema_fault(parse_json(value), parse_json(schema).as_object());
}

struct Case {
    const char* schema;
    const char* value;
    const char* fault;
};

void check(const std::vector<Case>& table) {
    for (const Case& one : table) {
        CAPTURE(one.schema, one.value);
        CHECK(fault(one.schema, one.value) == one.fault);
    }
}

}  // namespace

TEST_CASE("A schema checks kinds and choices") {
    check({
        {"{}", "null", ""},
        {R"({"type":"string"})", R"("x")", ""},
        {R"({"type":"string"})", "5", "expected a string, got 5"},
        {R"({"type":"integer"})", "1.0", ""},
        {R"({"type":"integer"})", "1.5", "expected an integer, got 1.5"},
        {R"({"type":"number"})", "1", ""},
        {R"({"type":"boolean"})", "0", "expected a boolean, got 0"},
        {R"({"type":"null"})", "false", "expected null, got false"},
        {R"({"type":["string","null"]})", "null", ""},
        {R"({"type":["string","integer","null"]})", "true",
         "expected a string, an integer or null, got true"},
        {R"({"type":"object"})", R"("{}")",
         R"(expected an object, got "{}" (give the value itself, not a text that holds it))"},
        {R"({"type":"array"})", "{}", "expected an array, got an object"},
        {R"({"type":"from the future"})", "1", ""},
        {R"({"type":"string","nullable":true})", "null", ""},
        {R"({"enum":["a",1,null]})", "1.0", ""},
        {R"({"enum":["a",1,null]})", "null", ""},
        {R"({"enum":["a",1,null]})", "2", "expected one of \"a\", 1, null, got 2"},
        {R"({"enum":["read","write"]})", R"("wirte")",
         R"(expected one of "read", "write", got "wirte"; did you mean "write"?)"},
        {R"({"enum":[{"a":[1]}]})", R"({"a":[1.0]})", ""},
        {R"({"const":null})", "null", ""},
        {R"({"const":null})", "0", "expected null, got 0"},
        {R"({"const":"x"})", R"("y")", "expected \"x\", got \"y\""},
        {R"({"const":{"a":1,"b":2}})", R"({"b":2,"a":1})", ""},
    });
}

TEST_CASE("A schema checks numbers and texts") {
    check({
        {R"({"minimum":5})", "5", ""},
        {R"({"minimum":5})", "4.5", "expected at least 5, got 4.5"},
        {R"({"minimum":5})", R"("4")", ""},
        {R"({"maximum":5.5})", "6", "expected at most 5.5, got 6"},
        {R"({"exclusiveMinimum":5})", "5", "expected more than 5, got 5"},
        {R"({"exclusiveMaximum":5})", "5", "expected less than 5, got 5"},
        {R"({"minimum":5,"exclusiveMinimum":true})", "5", "expected more than 5, got 5"},
        {R"({"minimum":5,"exclusiveMinimum":false})", "5", ""},
        {R"({"maximum":9223372036854775807})", "9223372036854775808",
         "expected at most 9223372036854775807, got 9223372036854775808"},
        {R"({"minimum":9007199254740993})", "9007199254740992",
         "expected at least 9007199254740993, got 9007199254740992"},
        {R"({"multipleOf":3})", "9", ""},
        {R"({"multipleOf":3})", "10", "expected a multiple of 3, got 10"},
        {R"({"multipleOf":0.1})", "0.3", ""},
        {R"({"multipleOf":0.1})", "0.35", "expected a multiple of 0.1, got 0.35"},
        {R"({"multipleOf":0})", "7", ""},
        {R"({"multipleOf":-1})", "-9223372036854775808", ""},
        {R"({"minLength":2})", R"("\u00e4")", "expected at least 2 characters, got 1"},
        {R"({"maxLength":1})", R"("\ud83d\ude00")", ""},
        {R"({"maxLength":1})", R"("ab")", "expected at most 1 character, got 2"},
        {R"({"pattern":"b"})", R"("abc")", ""},
        {R"({"pattern":"^b"})", R"("abc")", "expected a text that matches ^b, got \"abc\""},
        {R"({"pattern":"^(?!.*\\.\\.)[\\w./-]+$"})", R"("a/b.txt")", ""},
        {R"({"pattern":"^(?!.*\\.\\.)[\\w./-]+$"})", R"("a/../b")",
         R"(expected a text that matches ^(?!.*\.\.)[\w./-]+$, got "a/../b")"},
        {R"({"pattern":"^\\u00e4\\/$"})", R"("\u00e4/")", ""},
        {R"({"pattern":"^a$"})", R"("a\n")", R"(expected a text that matches ^a$, got "a\n")"},
        {R"({"pattern":"(unclosed"})", R"("x")", ""},
        {R"({"format":"date-time"})", R"("x")", ""},
    });
}

TEST_CASE("A schema checks arrays") {
    check({
        {R"({"items":{"type":"integer"}})", R"([1,"x",2,null])",
         "[1]: expected an integer, got \"x\"\n[3]: expected an integer, got null"},
        {R"({"items":false})", "[1]", "[0]: nothing is allowed here"},
        {R"({"items":true})", "[1]", ""},
        {R"({"prefixItems":[{"type":"string"},{"type":"integer"}],"items":false})", R"(["a",1])",
         ""},
        {R"({"prefixItems":[{"type":"string"},{"type":"integer"}]})", R"([1,1,1])",
         "[0]: expected a string, got 1"},
        {R"({"items":[{"type":"string"}],"additionalItems":{"type":"null"}})", R"(["a",1])",
         "[1]: expected null, got 1"},
        {R"({"minItems":1})", "[]", "expected at least 1 item, got 0"},
        {R"({"maxItems":1})", "[1,2]", "expected at most 1 item, got 2"},
        {R"({"uniqueItems":true})", "[1,2,1.0]", "items must differ, but [0] and [2] are equal"},
        {R"({"uniqueItems":true})", R"([[1],["1"]])", ""},
        {R"({"contains":{"type":"string"}})", "[1]",
         "expected at least 1 item to be a string, got 0"},
        {R"({"contains":{"type":"string"},"maxContains":1})", R"(["a",1,"b"])",
         "expected at most 1 item to be a string, got 2"},
        {R"({"contains":{"type":"string"},"minContains":0})", "[]", ""},
    });
}

TEST_CASE("A schema checks objects") {
    check({
        {R"({"properties":{"a":{"type":"integer"}},"required":["a"]})", "{}",
         "a: missing; expected an integer"},
        {R"({"properties":{"a":{}},"required":["a"]})", R"({"a":null})", ""},
        {R"({"required":["a"]})", "{}", "a: missing; expected a value"},
        {R"({"properties":{"city":{}},"additionalProperties":false})", R"({"ctiy":1})",
         "ctiy: unknown member; did you mean \"city\"? Known are: city"},
        {R"({"additionalProperties":{"type":"string"}})", R"({"x":{"y":1}})",
         "x: expected a string, got an object"},
        {R"({"patternProperties":{"^x-":{"type":"string"}},"additionalProperties":false})",
         R"({"x-a":1,"y":2})", "x-a: expected a string, got 1\ny: unknown member; none are known"},
        {R"({"patternProperties":{"(":{}},"additionalProperties":false})", R"({"y":2})", ""},
        {R"({"propertyNames":{"pattern":"^[a-z]+$"}})", R"({"A":1})",
         R"(A: expected a text that matches ^[a-z]+$, got "A")"},
        {R"({"minProperties":1})", "{}", "expected at least 1 member, got 0"},
        {R"({"maxProperties":0})", R"({"a":1})", "expected at most 0 members, got 1"},
        {R"({"dependentRequired":{"a":["b"]}})", R"({"a":1})", "b: missing; expected a value"},
        {R"({"dependencies":{"a":["b"],"c":{"required":["d"]}}})", R"({"c":1})",
         "d: missing; expected a value"},
        {R"({"properties":{"a":{"properties":{"b":{"items":{"type":"null"}}}}}})",
         R"({"a":{"b":[null,0]}})", "a.b[1]: expected null, got 0"},
    });
}

TEST_CASE("A schema combines others") {
    check({
        {R"({"anyOf":[{"type":"string"},{"type":"integer"}]})", "1", ""},
        {R"({"anyOf":[{"type":"string"},{"type":"integer"}]})", "true",
         "expected a string or an integer, got true"},
        {R"({"anyOf":[{"type":"object","required":["a"]},{"type":"null"}]})", "{}",
         "a: missing; expected a value"},
        {R"({"anyOf":[{"required":["a"]},{"required":["b"]}]})", "{}",
         "fits none of the alternatives: (a: missing; expected a value) or (b: missing; expected "
         "a value)"},
        {R"({"anyOf":[]})", "1", ""},
        {R"({"oneOf":[{"type":"integer"},{"minimum":2}]})", "1", ""},
        {R"({"oneOf":[{"type":"integer"},{"minimum":2}]})", "3",
         "fits more than one alternative: number 1 and 2"},
        {R"({"oneOf":[{"type":"integer"},{"type":"string"}]})", "null",
         "expected an integer or a string, got null"},
        {R"({"allOf":[{"type":"integer"},{"minimum":2}]})", "1", "expected at least 2, got 1"},
        {R"({"allOf":[{"type":"string"},{"type":"string"}]})", "1", "expected a string, got 1"},
        {R"({"not":{"type":"string"}})", R"("x")", "must not be a string, got \"x\""},
        {R"({"not":{"required":["a"]}})", R"({"a":1})", "is excluded by the schema, got an object"},
        {R"({"if":{"type":"integer"},"then":{"minimum":2},"else":{"type":"null"}})", "1",
         "expected at least 2, got 1"},
        {R"({"if":{"type":"integer"},"then":{"minimum":2},"else":{"type":"null"}})", "\"a\"",
         "expected null, got \"a\""},
    });
}

TEST_CASE("A schema refers to parts of itself") {
    check({
        {R"({"$ref":"#/$defs/a~1b","$defs":{"a/b":{"type":"string"}}})", "1",
         "expected a string, got 1"},
        {R"({"$ref":"#/definitions/a%20b","definitions":{"a b":{"type":"string"}}})", "1",
         "expected a string, got 1"},
        {R"({"$ref":"#/allOf/0","allOf":[{"type":"string"}]})", "1", "expected a string, got 1"},
        {R"({"$ref":"#here","$defs":{"x":{"$anchor":"here","type":"string"}}})", "1",
         "expected a string, got 1"},
        {R"({"$ref":"#here","definitions":{"x":{"$id":"#here","type":"string"}}})", "1",
         "expected a string, got 1"},
        {R"({"$ref":"#/$defs/s","maxLength":1,"$defs":{"s":{"type":"string"}}})", R"("ab")",
         "expected at most 1 character, got 2"},
        {R"({"$ref":"https://example.org/elsewhere"})", "1", ""},
        {R"({"properties":{"next":{"$ref":"#"}},"additionalProperties":false})",
         R"({"next":{"next":{"nxt":{}}}})",
         "next.next.nxt: unknown member; did you mean \"next\"? Known are: next"},
    });
}

TEST_CASE("A schema that cannot be used is refused") {
    for (const char* schema :
         {R"({"$ref":"#/$defs/missing"})", R"({"$ref":"#/$defs/missing/deeper","$defs":{}})",
          R"({"$ref":"#nowhere"})", R"({"allOf":["x"]})", R"({"not":5})", R"({"items":null})",
          R"({"$ref":"#"})",
          R"({"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/b"},)"
          R"("b":{"allOf":[{"$ref":"#/$defs/a"}]}}})"}) {
        CAPTURE(schema);
        CHECK_THROWS_AS(fault(schema, "[1]"), SchemaError);
    }
}

TEST_CASE("A schema of odd values in its keywords is read as if they were not there") {
    for (const char* schema :
         {R"({"type":5})", R"({"type":[]})", R"({"type":[5]})", R"({"enum":5})",
          R"({"properties":5})", R"({"required":5})", R"({"required":[5]})", R"({"minimum":"5"})",
          R"({"minItems":-1})", R"({"minItems":1.5})", R"({"anyOf":5})", R"({"pattern":5})",
          R"({"multipleOf":null})", R"({"$ref":5})", R"({"uniqueItems":5})",
          R"({"patternProperties":[]})", R"({"dependencies":5})", R"({"nullable":"x"})"}) {
        for (const char* value : {"1", "[]", "{}", "\"x\"", "null"}) {
            CAPTURE(schema, value);
            CHECK(fault(schema, value) == "");
        }
    }
}

TEST_CASE("No schema makes a check last") {
    const std::string a30(30, 'a');
    const std::string a100k(100'000, 'a');
    for (const std::string pattern : {"^(a+)+$", "^(a|aa)+$", "^(a|a)*$", "(.*)*x",
                                      "(.*.*.*.*.*)*x", "((a*)*)*b", "^(([a-z])+.)+[A-Z]([a-z])+$",
                                      "(a?){50}a{50}!", "((((((((a{9}){9}){9}){9}){9}){9}){9}){9})",
                                      "(?R)?a!", "^(?=(a+)+$)b", "(x+x+)+y|a*a*a*a*a*b"}) {
        CAPTURE(pattern);
        const json::object schema{{"pattern", pattern}};
        CHECK_NOTHROW(schema_fault(json::value(a30 + "!"), schema));
        CHECK_NOTHROW(schema_fault(json::value(a100k + "!"), schema));
        json::object many{{"items", schema}};
        CHECK_NOTHROW(schema_fault(json::array(1'000, json::value(a100k + "!")), many));
    }
    const json::object deep{{"pattern", std::string(5'000, '(') + std::string(5'000, ')')}};
    CHECK(schema_fault("x", deep) == "");
    const json::object long_one{{"pattern", std::string(1'000'000, 'a')}};
    CHECK(schema_fault("x", long_one) == "");
}

TEST_CASE("A schema that multiplies its own work is given up") {
    // Each definition needs the next one twice.
    json::object definitions;
    for (int i = 0; i < 60; ++i) {
        const json::object next{{"$ref", "#/$defs/d" + std::to_string(i + 1)}};
        definitions["d" + std::to_string(i)] = json::object{{"allOf", json::array{next, next}}};
    }
    definitions["d60"] = json::object{{"type", "string"}};
    for (const char* keyword : {"allOf", "anyOf", "oneOf"}) {
        json::object schema{{"$ref", "#/$defs/d0"}, {"$defs", definitions}};
        for (auto& member : schema["$defs"].as_object()) {
            auto& definition = member.value().as_object();
            if (!definition.contains("allOf")) continue;
            auto list = definition["allOf"];
            definition.erase("allOf");
            definition[keyword] = std::move(list);
        }
        CAPTURE(keyword);
        CHECK_THROWS_AS(schema_fault(1, schema), SchemaError);
    }
}

TEST_CASE("Deep values and deep schemas do not overflow the stack") {
    json::value value = 1;
    json::value schema = json::object{{"type", "string"}};
    for (int i = 0; i < 5'000; ++i) {
        value = json::array{std::move(value)};
        schema = json::object{{"items", std::move(schema)}};
    }
    CHECK_THROWS_AS(schema_fault(value, schema.as_object()), SchemaError);
    CHECK_THROWS_AS(schema_fault(value, json::object{{"items", json::object{{"$ref", "#"}}}}),
                    SchemaError);
    json::value nested = 1;
    for (int i = 0; i < 250; ++i) nested = json::array{std::move(nested)};
    CHECK(schema_fault(
              nested,
              parse_json(R"({"type":["array","integer"],"items":{"$ref":"#"}})").as_object()) ==
          "");
}

TEST_CASE("At most ten of a value's faults are told") {
    const auto faults = schema_fault(json::array(1'000, 1),
                                     parse_json(R"({"items":{"type":"string"}})").as_object());
    CHECK(std::count(faults.begin(), faults.end(), '\n') == 9);
}
