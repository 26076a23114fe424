#include "run_awaitable.hpp"

#include <capstan/tools/registry.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/describe/class.hpp>
#include <boost/system/system_error.hpp>
#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace capstan;
using capstan::testing::run_awaitable;

namespace {

struct WeatherArgs {
    std::string city;
    std::optional<std::string> unit;
};
BOOST_DESCRIBE_STRUCT(WeatherArgs, (), (city, unit))

struct NoArgs {};
BOOST_DESCRIBE_STRUCT(NoArgs, (), ())

std::string text(const ToolResult& result) { return std::get<std::string>(result.content); }

ToolResult call(const ToolSource& tools, std::string_view name, const char* arguments) {
    ToolContext context;
    context.tool_name = name;
    const auto tool = tools.find(name);
    REQUIRE(tool);
    REQUIRE(tool->check(parse_json(arguments)) == "");
    return run_awaitable(tool->run(parse_json(arguments), context));
}

std::string names(const ToolSource& source) {
    std::string out;
    for (const auto& tool : source.tools()) out += tool->definition().name + ' ';
    return out;
}

ToolResult nothing(NoArgs) { return "nothing"; }

asio::awaitable<void> turn() {
    auto executor = co_await asio::this_coro::executor;
    co_await asio::post(executor, asio::use_awaitable);
}

asio::awaitable<ToolResult> weather(WeatherArgs args) {
    co_await turn();
    co_return ToolResult("free function: " + args.city);
}

/// Counts how many of it there are.
struct Counted {
    explicit Counted(int& count) : count_(&count) { ++count; }
    Counted(const Counted& other) : count_(other.count_) { ++*count_; }
    Counted& operator=(const Counted&) = delete;
    ~Counted() { --*count_; }
    int* count_;
};

class FixedSource final : public ToolSource {
public:
    std::vector<std::shared_ptr<Tool>> tools() const override { return list; }
    std::vector<std::shared_ptr<Tool>> list;
};

std::shared_ptr<Tool> named(const char* name, const char* answer) {
    ToolRegistry one;
    one.add(name, "", [answer](NoArgs) { return std::string(answer); });
    return one.find(name);
}

constexpr const char* hamburg = R"({"city":"Hamburg"})";

}  // namespace

TEST_CASE("A typed tool has the schema of its struct") {
    // clang-format off
    capstan::ToolRegistry tools;
    tools.add("get_weather", "Current weather in a city",
              [](WeatherArgs args, capstan::ToolContext& context)
                  -> asio::awaitable<capstan::ToolResult> {
                  co_return args.city + " by " + context.tool_name;
              });
    // clang-format on
    const auto tool = tools.find("get_weather");
    CHECK(text(call(tools, "get_weather", hamburg)) == "Hamburg by get_weather");
    CHECK(tool->definition().name == "get_weather");
    CHECK(tool->definition().description == "Current weather in a city");
    CHECK(
        to_json_text(tool->definition().parameters) ==
        R"({"type":"object","properties":{"city":{"type":"string"},)"
        R"("unit":{"type":["string","null"]}},"required":["city"],"additionalProperties":false})");
    CHECK(tool->check(parse_json(R"({"city":5})")) == "city: expected a string, got 5");
    CHECK(tool->check(parse_json("{}")) == "city: missing; expected a string");
}

TEST_CASE("A typed tool's handler takes and returns what suits it") {
    ToolRegistry tools;
    int calls = 0;
    const auto mutable_one = [calls](WeatherArgs args) mutable {
        return args.city + std::to_string(++calls);
    };
    tools.add("plain", "", [](WeatherArgs args) { return ToolResult(args.city); })
        .add("text", "", [](const WeatherArgs& args) { return args.city; })
        .add("literal", "", [](NoArgs) { return "a literal"; })
        .add("context", "",
             [](WeatherArgs&& args, ToolContext& context) { return args.city + context.tool_name; })
        .add("const_context", "",
             [](NoArgs, const ToolContext& context) { return context.tool_name; })
        .add("text_later", "",
             [](WeatherArgs args) -> asio::awaitable<std::string> {
                 co_await turn();
                 co_return args.city;
             })
        .add("by_reference", "",
             [](const WeatherArgs& args, ToolContext&) -> asio::awaitable<ToolResult> {
                 co_await turn();
                 co_return ToolResult(args.city + args.unit.value_or("?"));
             })
        .add("parts", "",
             [](NoArgs) {
                 std::vector<ContentPart> parts;
                 parts.emplace_back(TextPart("one"));
                 return parts;
             })
        .add("parts_later", "",
             [](NoArgs) -> asio::awaitable<std::vector<ContentPart>> {
                 std::vector<ContentPart> parts;
                 parts.emplace_back(TextPart("later"));
                 co_return parts;
             })
        .add("function", "", &nothing)
        .add("coroutine", "", &weather)
        .add("mutable", "", mutable_one);
    CHECK(text(call(tools, "plain", hamburg)) == "Hamburg");
    CHECK(text(call(tools, "text", hamburg)) == "Hamburg");
    CHECK(text(call(tools, "literal", "{}")) == "a literal");
    CHECK(text(call(tools, "context", hamburg)) == "Hamburgcontext");
    CHECK(text(call(tools, "const_context", "{}")) == "const_context");
    CHECK(text(call(tools, "text_later", hamburg)) == "Hamburg");
    CHECK(text(call(tools, "by_reference", R"({"city":"Kiel","unit":"C"})")) == "KielC");
    CHECK(text_of(call(tools, "parts", "{}").content) == "one");
    CHECK(text_of(call(tools, "parts_later", "{}").content) == "later");
    CHECK(text(call(tools, "function", "{}")) == "nothing");
    CHECK(text(call(tools, "coroutine", hamburg)) == "free function: Hamburg");
    CHECK(text(call(tools, "mutable", hamburg)) == "Hamburg1");
    CHECK(text(call(tools, "mutable", hamburg)) == "Hamburg2");
}

TEST_CASE("What a typed tool throws comes out of its coroutine") {
    ToolRegistry tools;
    tools.add("throws", "", [](NoArgs) -> ToolResult { throw std::runtime_error("at once"); });
    tools.add("throws_later", "", [](NoArgs) -> asio::awaitable<ToolResult> {
        co_await turn();
        throw std::runtime_error("later");
    });
    tools.add("typed", "", [](WeatherArgs args) { return args.city; });
    ToolContext context;
    for (const char* name : {"throws", "throws_later", "typed"}) {
        // Only the awaiting throws.
        const char* arguments = std::string_view(name) == "typed" ? R"({"x":1})" : "{}";
        auto operation = tools.find(name)->run(parse_json(arguments), context);
        CAPTURE(name);
        CHECK_THROWS_AS(run_awaitable(std::move(operation)), std::runtime_error);
    }
}

TEST_CASE("A tool's captures and arguments live until its coroutine has ended") {
    int alive = 0;
    ToolContext context;
    auto registry = std::make_unique<ToolRegistry>();
    registry->add("held", "",
                  [counted = Counted(alive)](const WeatherArgs& args,
                                             ToolContext&) -> asio::awaitable<ToolResult> {
                      for (int i = 0; i < 10; ++i) co_await turn();
                      co_return ToolResult(args.city + std::to_string(*counted.count_));
                  });
    CHECK(alive == 1);
    auto tool = registry->find("held");
    auto first =
        tool->run(parse_json(R"({"city":"a long name of a city, on the heap "})"), context);
    auto second = tool->run(parse_json(hamburg), context);
    registry->remove("held");
    registry.reset();
    CHECK(text(run_awaitable(std::move(first))) == "a long name of a city, on the heap 1");
    CHECK(text(run_awaitable(std::move(second))) == "Hamburg1");
    { const auto never_started = tool->run(parse_json(hamburg), context); }
    tool.reset();
    CHECK(alive == 0);
}

TEST_CASE("Cancellation reaches a typed tool") {
    ToolRegistry tools;
    bool cancelled = false;
    tools.add("waits", "", [&cancelled](NoArgs, ToolContext&) -> asio::awaitable<std::string> {
        asio::steady_timer timer(co_await asio::this_coro::executor, std::chrono::hours(1));
        try {
            co_await timer.async_wait(asio::use_awaitable);
        } catch (const boost::system::system_error&) {
            cancelled = true;
            throw;
        }
        co_return "waited";
    });
    asio::io_context io;
    asio::cancellation_signal signal;
    ToolContext context;
    bool failed = false;
    asio::co_spawn(io, tools.find("waits")->run(json::object(), context),
                   asio::bind_cancellation_slot(signal.slot(),
                                                [&](std::exception_ptr error, const ToolResult&) {
                                                    failed = error != nullptr;
                                                }));
    io.poll();
    REQUIRE_FALSE(cancelled);
    signal.emit(asio::cancellation_type::terminal);
    io.run();
    CHECK(cancelled);
    CHECK(failed);
}

TEST_CASE("A tool with a schema written by hand gets the JSON that fits it") {
    ToolRegistry tools;
    const auto schema = parse_json(R"({"type":"object","properties":{"n":{"type":"integer",)"
                                   R"("minimum":1}},"required":["n"]})")
                            .as_object();
    ToolOptions options;
    options.exclusive = true;
    options.permission = Permission::ask;
    tools.add(
        "by_hand", "Doubles", schema,
        [](json::value arguments, ToolContext&) -> asio::awaitable<ToolResult> {
            co_return ToolResult(std::to_string(2 * arguments.at("n").as_int64()));
        },
        options);
    const auto tool = tools.find("by_hand");
    CHECK(text(call(tools, "by_hand", R"({"n":4,"more":null})")) == "8");
    CHECK(tool->check(parse_json(R"({"n":0})")) == "n: expected at least 1, got 0");
    CHECK(tool->check(parse_json("{}")) == "n: missing; expected an integer");
    CHECK(tool->definition().parameters == schema);
    CHECK(tool->options().exclusive);
    CHECK(tool->options().permission == Permission::ask);
    CHECK_THROWS_AS(tools.add("none", "", json::object(), ToolRegistry::Handler()),
                    std::invalid_argument);
}

TEST_CASE("A schema that cannot be used lets every argument pass") {
    ToolRegistry tools;
    tools.add("odd", "", parse_json(R"({"$ref":"#/nowhere"})").as_object(),
              [](json::value, ToolContext&) -> asio::awaitable<ToolResult> { co_return "ok"; });
    CHECK(tools.find("odd")->check(parse_json(R"({"x":1})")) == "");
}

TEST_CASE("A registry refuses names that models do not accept, and those taken") {
    ToolRegistry tools;
    for (const std::string& name :
         {std::string(), std::string("a b"), std::string("\xC3\xA4"), std::string("a.b"),
          std::string("a/b"), std::string(65, 'a'), std::string("a\0b", 3)}) {
        CAPTURE(name);
        CHECK_THROWS_AS(tools.add(name, "", &nothing), std::invalid_argument);
    }
    CHECK_NOTHROW(tools.add(std::string(64, 'a'), "", &nothing));
    CHECK_NOTHROW(tools.add("A-z_09", "", &nothing));
    CHECK_THROWS_AS(tools.add("A-z_09", "", &nothing), std::invalid_argument);
    CHECK_THROWS_AS(tools.add(std::shared_ptr<Tool>()), std::invalid_argument);
    CHECK_THROWS_AS(tools.add(std::shared_ptr<ToolSource>()), std::invalid_argument);
    CHECK(tools.tools().size() == 2);
}

TEST_CASE("A registry lists its tools in the order in which they came") {
    ToolRegistry tools;
    tools.add("b", "", &nothing).add("a", "", &nothing).add("c", "", &nothing);
    CHECK(names(tools) == "b a c ");
    CHECK(tools.remove("a"));
    CHECK_FALSE(tools.remove("a"));
    CHECK_FALSE(tools.find("a"));
    tools.add("a", "", &nothing);
    CHECK(names(tools) == "b c a ");
}

TEST_CASE("A registry has the tools of its sources as they are when asked for") {
    ToolRegistry tools;
    const auto source = std::make_shared<FixedSource>();
    const auto other = std::make_shared<FixedSource>();
    tools.add("first", "", &nothing).add(source).add("own", "", &nothing).add(other);
    CHECK(names(tools) == "first own ");
    source->list = {named("s1", "of the source"), named("own", "hidden"), named("s2", "")};
    other->list = {named("s1", "hidden"), named("o1", "")};
    CHECK(names(tools) == "first s1 s2 own o1 ");
    CHECK(text(call(tools, "own", "{}")) == "nothing");
    CHECK(text(call(tools, "s1", "{}")) == "of the source");
    CHECK_FALSE(tools.remove("s1"));
    source->list.clear();
    CHECK(names(tools) == "first own s1 o1 ");
    CHECK(text(call(tools, "s1", "{}")) == "hidden");
}

TEST_CASE("A registry may be changed and read from several threads") {
    ToolRegistry tools;
    tools.add("stays", "", &nothing);
    std::atomic<int> missing{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&tools, &missing, t] {
            const std::string name = "own_" + std::to_string(t);
            for (int i = 0; i < 200; ++i) {
                tools.add(name, "", &nothing);
                if (!tools.find(name) || !tools.find("stays") || tools.tools().empty()) ++missing;
                if (!tools.remove(name)) ++missing;
            }
        });
    }
    for (auto& thread : threads) thread.join();
    CHECK(missing == 0);
    CHECK(names(tools) == "stays ");
}
