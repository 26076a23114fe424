#include "raw_client.hpp"

#include <capstan/testing/simulator.hpp>

#include <boost/json.hpp>
#include <catch2/catch_test_macros.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

using namespace capstan::testing;
using namespace std::chrono_literals;
namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

constexpr std::string_view chat_path = "/api/v1/chat/completions";
constexpr std::string_view request_body =
    R"({"model":"a/b","stream":true,"messages":[{"role":"user","content":"sk-test-0123456789?"}]})";

class TemporaryFolder {
public:
    TemporaryFolder() {
        auto pattern = (fs::temp_directory_path() / "simulator-XXXXXX").string();
        if (!mkdtemp(pattern.data())) throw std::runtime_error("mkdtemp");
        path_ = pattern;
    }
    ~TemporaryFolder() { fs::remove_all(path_); }
    const fs::path& path() const noexcept { return path_; }

private:
    fs::path path_;
};

std::string content_of(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

void write(const fs::path& file, std::string_view text) {
    fs::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
}

RawResponse exchange(const Simulator& simulator, std::string_view body = request_body) {
    RawClient client(simulator.port());
    client.post(chat_path, body);
    return client.read_response();
}

/// Waits until the recorder, which works behind the answer, has finished an exchange.
bool recorded(const fs::path& folder) {
    for (int i = 0; i < 1000 && !fs::exists(folder / "meta.json"); ++i)
        std::this_thread::sleep_for(5ms);
    return fs::exists(folder / "meta.json");
}

}  // namespace

TEST_CASE("simulator: replays a recording with its cuts") {
    TemporaryFolder folder;
    write(folder.path() / "response.body", "data: {\"a\":1}\n\ndata: [DONE]\n\n");
    write(folder.path() / "meta.json",
          R"({"method":"POST","path":"/api/v1/chat/completions","status":200,
              "content_type":"text/event-stream","streaming":true,
              "response_headers":{"x-generation-id":"gen-7","transfer-encoding":"chunked",
                                  "content-type":"text/event-stream"},
              "chunk_bytes":[5,10,0,14],"chunk_delays_ms":[0,1,2,3]})");
    Simulator simulator;
    CHECK(simulator.replay(folder.path()) == 1);
    const auto response = exchange(simulator);
    CHECK(response.complete);
    CHECK(response.body == content_of(folder.path() / "response.body"));
    CHECK(response.headers.at("x-generation-id") == "gen-7");
    CHECK(response.wire.starts_with("5\r\ndata:\r\na\r\n"));
    simulator.replay(folder.path(), Split::every(1));
    CHECK(exchange(simulator).body == response.body);
    CHECK(load_recording(folder.path()).timed(2).split.cuts());
}

TEST_CASE("simulator: a recording that is not there or broken is named") {
    TemporaryFolder folder;
    Simulator simulator;
    CHECK_THROWS_AS(simulator.replay(folder.path() / "none"), std::runtime_error);
    write(folder.path() / "meta.json", "{");
    CHECK_THROWS_AS(simulator.replay(folder.path()), std::runtime_error);
}

TEST_CASE("simulator: what it records it can replay, without the key") {
    TemporaryFolder folder;
    RawResponse first, second;
    {
        Simulator simulator;
        simulator.record_to(folder.path());
        first = exchange(simulator);
        REQUIRE(recorded(folder.path() / "turn-01"));
        simulator.enqueue(cut_after(text_answer("one two three").streamed(), 200,
                                    reset_connection()));
        second = exchange(simulator);
        REQUIRE(recorded(folder.path() / "turn-02"));
    }
    for (const auto& entry : fs::recursive_directory_iterator(folder.path()))
        if (entry.is_regular_file())
            CHECK(content_of(entry.path()).find("0123456789") == std::string::npos);
    const auto sent = json::parse(content_of(folder.path() / "turn-01" / "request.json"));
    CHECK(sent.at("model") == "a/b");

    Simulator simulator;
    CHECK(simulator.replay(folder.path()) == 2);
    const auto again = exchange(simulator);
    CHECK(again.status == 200);
    CHECK(again.body == content_of(folder.path() / "turn-01" / "response.body"));
    CHECK(again.headers == first.headers);
    CHECK(exchange(simulator).reset);
}

TEST_CASE("simulator: a recorder goes on where the folder ends") {
    TemporaryFolder folder;
    for (int round = 0; round < 2; ++round) {
        SimulatorOptions options;
        options.record_directory = folder.path();
        Simulator simulator(options);
        exchange(simulator);
        REQUIRE(recorded(folder.path() / ("turn-0" + std::to_string(round + 1))));
    }
    CHECK(load_recordings(folder.path()).size() == 2);
}

TEST_CASE("simulator: request bodies go to CAPSTAN_REQUEST_LOG, one line each") {
    TemporaryFolder folder;
    const auto file = folder.path() / "requests.jsonl";
    const char* before = std::getenv("CAPSTAN_REQUEST_LOG");
    const std::string saved = before ? before : "";
    setenv("CAPSTAN_REQUEST_LOG", file.c_str(), 1);
    {
        Simulator simulator;
        exchange(simulator);
        exchange(simulator, "no json");
        exchange(simulator);
    }
    if (before) setenv("CAPSTAN_REQUEST_LOG", saved.c_str(), 1);
    else unsetenv("CAPSTAN_REQUEST_LOG");
    std::istringstream lines(content_of(file));
    int count = 0;
    for (std::string line; std::getline(lines, line); ++count) {
        const auto entry = json::parse(line);
        CHECK(entry.at("method") == "POST");
        CHECK(entry.at("path") == "/chat/completions");
        CHECK(entry.at("body").at("model") == "a/b");
    }
    CHECK(count == 2);
}

TEST_CASE("simulator: every stored chat recording goes through it unchanged") {
    const char* given = std::getenv("CAPSTAN_RECORDINGS");
    const fs::path root = given ? given : CAPSTAN_SOURCE_DIR "/../shared/recordings";
    if (!fs::exists(root)) SKIP("no recordings");
    Simulator simulator;
    RawClient client(simulator.port());
    std::size_t count = 0;
    for (const auto& entry : fs::recursive_directory_iterator(root)) {
        if (entry.path().filename() != "meta.json") continue;
        const auto recording = load_recording(entry.path().parent_path());
        if (recording.path != "/chat/completions") continue;
        simulator.enqueue(recording.response);
        client.post(chat_path, request_body);
        const auto response = client.read_response();
        INFO(entry.path().string());
        REQUIRE(response.complete);
        REQUIRE(response.status == recording.response.status);
        REQUIRE(response.body == content_of(entry.path().parent_path() / "response.body"));
        ++count;
    }
    CHECK(count > 0);
}
