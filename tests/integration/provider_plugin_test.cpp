// Providers from shared libraries.
#include "chat_process.hpp"
#include "child_process.hpp"
#include "run_awaitable.hpp"

#include <capstan/error.hpp>
#include <capstan/providers/provider_library.hpp>
#include <capstan/version.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <variant>
#include <vector>

using namespace capstan;

namespace {

bool has(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

std::string refusal_of(const std::string& file) {
    ProviderRegistry registry;
    try {
        load_provider_library(file, registry);
    } catch (const ApiError& error) {
        CHECK(error.kind() == ErrorKind::configuration);
        CHECK(registry.names().empty());
        return error.what();
    }
    return {};
}

asio::awaitable<std::string> answer(ApiHandler& handler, std::string question) {
    Conversation conversation;
    conversation.add_user(std::move(question));
    auto stream = handler.create_message("", std::move(conversation));
    std::string result;
    while (auto chunk = co_await stream.next())
        if (const auto* text = std::get_if<TextChunk>(&*chunk)) result += text->text;
    co_return result;
}

asio::awaitable<void> ask_nothing(ApiHandler& handler) {
    auto stream = handler.create_message(MessageRequest());
    co_await stream.next();
}

chat_process::Result run(const char* program, std::vector<std::string> arguments) {
    chat_process::Command command;
    command.program = program;
    command.arguments = std::move(arguments);
    return chat_process::run(command);
}

// The good library with some of its bytes changed.
std::string changed_library(const test::TemporaryFolder& folder, const std::string& from,
                            const std::string& to) {
    auto bytes = test::read_file(SHOUT_PROVIDER);
    std::size_t places = 0;
    for (auto at = bytes.find(from); at != std::string::npos; at = bytes.find(from, at + 1)) {
        bytes.replace(at, from.size(), to);
        ++places;
    }
    REQUIRE(places > 0);
    const auto file = folder.path("changed.so");
    test::write_file(file, bytes);
    return file;
}

}  // namespace

TEST_CASE("a provider from a shared library answers like any other") {
    ProviderRegistry registry;
    CHECK(load_provider_library(SHOUT_PROVIDER, registry) == std::vector<std::string>{"shout"});
    const auto handler = registry.make_handler("shout:loud?temperature=1");
    CHECK(handler->get_model().id == "loud");
    CHECK(testing::run_awaitable(answer(*handler, "hello")) == "HELLO!");
}

TEST_CASE("the example program loads the example library") {
    const auto result = run(ASK_PLUGIN, {SHOUT_PROVIDER, "shout:loud", "heave ho"});
    CHECK(result.exit_code == 0);
    CHECK(result.out == "loaded: shout\nHEAVE HO!\n");
    CHECK(result.err.empty());
    const auto wrong = run(ASK_PLUGIN, {SHOUT_PROVIDER, "shuot:loud", "heave ho"});
    CHECK(wrong.exit_code == 1);
    CHECK(has(wrong.err, "Did you mean \"shout\"?"));
}

TEST_CASE("a library's settings are read as strictly as ours, and its errors are ours") {
    ProviderRegistry registry;
    load_provider_library(SHOUT_PROVIDER, registry);
    ProviderConfig config("shout");
    config.settings = parse_json(R"({"ending":"?","model":"m"})").as_object();
    const auto handler = registry.make_handler(config);
    CHECK(testing::run_awaitable(answer(*handler, "who")) == "WHO?");
    config.settings = parse_json(R"({"endign":"?"})").as_object();
    try {
        registry.make_handler(config);
        FAIL("no error");
    } catch (const ApiError& error) {
        CHECK(has(error.what(), "Did you mean \"ending\"?"));
    }
    try {
        testing::run_awaitable(ask_nothing(*handler));
        FAIL("no error");
    } catch (const ApiError& error) {
        CHECK(error.kind() == ErrorKind::invalid_request);
    }
}

TEST_CASE("a handler and its stream outlive the registry that made it") {
    std::shared_ptr<ApiHandler> handler;
    {
        ProviderRegistry registry;
        load_provider_library(SHOUT_PROVIDER, registry);
        handler = registry.make_handler("shout:loud");
    }
    CHECK(testing::run_awaitable(answer(*handler, "still here")) == "STILL HERE!");
}

TEST_CASE("a library may be loaded again, but not over its own names") {
    ProviderRegistry registry;
    load_provider_library(SHOUT_PROVIDER, registry);
    try {
        load_provider_library(SHOUT_PROVIDER, registry);
        FAIL("no error");
    } catch (const ApiError& error) {
        CHECK(has(error.what(), "already a provider \"shout\""));
    }
    CHECK(registry.names() == std::vector<std::string>{"shout"});
    ProviderRegistry other;
    CHECK(load_provider_library(std::filesystem::relative(SHOUT_PROVIDER), other).size() == 1);
}

TEST_CASE("a library with another ABI is refused before any code of it runs") {
    ::unsetenv("CAPSTAN_FOREIGN_PROVIDER_RAN");
    const auto error = refusal_of(FOREIGN_PROVIDER);
    CAPTURE(error);
    CHECK(has(error, FOREIGN_PROVIDER));
    CHECK(has(error, "compiled otherwise than this program's Capstan "
                     "(_GLIBCXX_USE_CXX11_ABI: \"0\" there, \"1\" here)"));
    CHECK(has(error, "Compile both with the same compiler"));
    CHECK(std::getenv("CAPSTAN_FOREIGN_PROVIDER_RAN") == nullptr);
}

TEST_CASE("a library for another version of Capstan or of the descriptor is refused") {
    const test::TemporaryFolder folder;
    const std::string magic = "CAPSTAN-PROVIDER";
    CHECK(has(refusal_of(changed_library(folder, magic + '\x01', magic + '\x02')),
              "its descriptor has version 2, and this program knows 1"));
    const std::string version(CAPSTAN_VERSION);
    auto older = version;
    older.back() = older.back() == '9' ? '8' : '9';
    // The version stands behind these and two numbers.
    const auto head = test::read_file(SHOUT_PROVIDER);
    const auto begin = head.substr(head.find(magic), magic.size() + 8);
    const auto error = refusal_of(changed_library(folder, begin + version, begin + older));
    CHECK(has(error, "it was compiled with Capstan \"" + older + "\", and this program with " +
                         version));
    CHECK(has(error, "Compile the library with Capstan " + version));
}

TEST_CASE("what is no library of providers is refused") {
    const test::TemporaryFolder folder;
    const auto file = folder.path("file.so");
    const std::string none = "this is no library of Capstan providers";
    test::write_file(file, "");
    CHECK(has(refusal_of(file), none));
    test::write_file(file, "CAPSTAN-PROVIDER");
    CHECK(has(refusal_of(file), none));
    test::write_file(file, std::string(300'000, 'x'));
    CHECK(has(refusal_of(file), none));
    CHECK(has(refusal_of(ASK_PLUGIN), none));
    CHECK(has(refusal_of(changed_library(folder, "CAPSTAN-PROVIDER", "CAPSTAN-PROVIDES")), none));
    CHECK(has(refusal_of(folder.path("absent.so")), "there is no such file"));
    CHECK(has(refusal_of(folder.path("")), "this is no file"));
    // The right descriptor, and yet no library.
    const auto bytes = test::read_file(SHOUT_PROVIDER);
    test::write_file(file, bytes.substr(bytes.find("CAPSTAN-PROVIDER")));
    CHECK(has(refusal_of(file), "the system cannot load it"));
    CHECK(has(refusal_of(NAMELESS_PROVIDER), "it does not export capstan_provider_descriptor"));
}

TEST_CASE("what a library lacks is named") {
    const auto error = refusal_of(INCOMPLETE_PROVIDER);
    CHECK(has(error, "somewhere::function_that_nobody_has(capstan::ProviderRegistry&)"));
}

TEST_CASE("a program that does not offer Capstan's symbols is told how to") {
    const auto result = run(ASK_PLUGIN_CLOSED, {SHOUT_PROVIDER, "shout:loud", "x"});
    CHECK(result.exit_code == 1);
    CHECK(has(result.err, "capstan_enable_provider_libraries()"));
    CHECK(has(result.err, "it needs "));
}

TEST_CASE("what a library throws while it registers comes out, and nothing is registered") {
    ProviderRegistry registry;
    std::exception_ptr kept;
    try {
        load_provider_library(FAILING_PROVIDER, registry);
    } catch (const std::exception& error) {
        CHECK(std::string(error.what()) == "the library's own reasons");
        kept = std::current_exception();
    }
    CHECK(kept);
    CHECK(registry.names().empty());
}

TEST_CASE("libraries are loaded in several threads at once") {
    std::atomic<int> good = 0;
    std::atomic<int> refused = 0;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 4; ++i)
            threads.emplace_back([&] {
                for (int round = 0; round < 10; ++round) {
                    ProviderRegistry registry;
                    if (!load_provider_library(SHOUT_PROVIDER, registry).empty()) ++good;
                    try {
                        load_provider_library(FOREIGN_PROVIDER, registry);
                    } catch (const ApiError&) {
                        ++refused;
                    }
                }
            });
    }
    CHECK(good == 40);
    CHECK(refused == 40);
}
