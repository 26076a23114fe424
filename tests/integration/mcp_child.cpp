// A server of the Model Context Protocol for the tests, over its standard input and output. Its
// arguments are switches:
//   --crash-at-start, --silent, --garbage, --old-version V, --ignore-end, --grandchild FILE,
//   --no-tools, --endless-pages, --counter FILE (a byte more at each start)
// and its tools do what their names say.
#include <boost/json.hpp>

#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>

namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

std::set<std::string> switches;
std::string old_version;
json::object hello;
int page_count = 0;
bool has_new_tool = false;
bool was_cancelled = false;

bool has(const std::string& name) { return switches.contains(name); }

void write_line(const std::string& text) {
    std::fputs((text + "\n").c_str(), stdout);
    std::fflush(stdout);
}

void send(json::object message) {
    message["jsonrpc"] = "2.0";
    write_line(json::serialize(message));
}

void answer(const json::value& id, json::object result) {
    send({{"id", id}, {"result", std::move(result)}});
}

void fail(const json::value& id, int code, const char* text) {
    send({{"id", id}, {"error", {{"code", code}, {"message", text}}}});
}

json::object text_content(std::string_view text) {
    return {{"content", {{{"type", "text"}, {"text", text}}}}};
}

json::value read_message() {
    std::string line;
    if (!std::getline(std::cin, line)) return nullptr;
    return json::parse(line);
}

void initialize(const json::value& id, const json::object& params) {
    if (has("--silent")) return;
    json::object capabilities{{"resources", json::object()}, {"prompts", json::object()}};
    if (!has("--no-tools")) capabilities["tools"] = {{"listChanged", true}};
    auto version = params.at("protocolVersion");
    if (!old_version.empty()) version = old_version;
    answer(id, {{"protocolVersion", version},
                {"capabilities", std::move(capabilities)},
                {"serverInfo", {{"name", "child"}, {"version", "1"}, {"pid", ::getpid()}}},
                {"instructions", "Be gentle."}});
    hello = params;
}

json::object tool(std::string_view name) {
    return {{"name", name},
            {"description", "Does it"},
            {"inputSchema", {{"type", "object"}, {"properties", json::object()}}}};
}

void list_tools(const json::value& id, const json::object& params) {
    if (has("--endless-pages")) {
        return answer(id, {{"tools", json::array()}, {"nextCursor", std::to_string(++page_count)}});
    }
    if (!params.contains("cursor")) {
        return answer(id, {{"tools", {tool("echo"), tool("crash"), tool("hang"), tool("progress")}},
                           {"nextCursor", "second"}});
    }
    json::array tools{tool("ask"), tool("grow"), tool("mixed")};
    if (has_new_tool) tools.push_back(tool("new"));
    answer(id, {{"tools", std::move(tools)}});
}

/// Asks the client, and gives its answer as the text of the result.
void ask(const json::value& id, const std::string& method, json::object params) {
    send({{"id", "question"}, {"method", method}, {"params", std::move(params)}});
    for (;;) {
        const auto message = read_message();
        if (message.is_null()) std::_Exit(0);
        const auto* from = message.as_object().if_contains("id");
        if (from && *from == json::value("question")) {
            return answer(id, text_content(json::serialize(message)));
        }
    }
}

/// Asks, and takes the question back at once.
void ask_and_cancel(const json::value& id) {
    send({{"id", 77}, {"method", "elicitation/create"}, {"params", {{"message", "?"}}}});
    send({{"method", "notifications/cancelled"}, {"params", {{"requestId", 77}}}});
    answer(id, text_content("taken back"));
}

/// As many times as `count` says, `pause` milliseconds apart.
void send_progress(const json::object& params) {
    const auto token = params.at("_meta").at("progressToken");
    const auto count = params.at("arguments").at("count").as_int64();
    const std::chrono::milliseconds pause(params.at("arguments").at("pause").as_int64());
    for (std::int64_t i = 1; i <= count; ++i) {
        std::this_thread::sleep_for(pause);
        send({{"method", "notifications/progress"},
              {"params", {{"progressToken", token}, {"progress", i}, {"total", count}}}});
    }
}

json::object mixed() {
    return {{"content",
             {{{"type", "text"}, {"text", "see"}},
              {{"type", "image"}, {"data", "QUJD"}, {"mimeType", "image/png"}}}}};
}

void crash(const json::value&, const json::object&) {
    std::fputs("the last words\n", stderr);
    std::_Exit(3);
}

void last(const json::value& id, const json::object&) {
    answer(id, text_content("good bye"));
    std::_Exit(0);
}

void close_output(const json::value&, const json::object&) {
    std::fclose(stdout);
    for (;;) std::this_thread::sleep_for(1s);
}

void log(const json::value& id, const json::object&) {
    send({{"method", "notifications/message"},
          {"params", {{"level", "info"}, {"data", "a message"}}}});
    answer(id, text_content("logged"));
}

void environment(const json::value& id, const json::object&) {
    json::array entries;
    for (char** entry = environ; *entry; ++entry) entries.emplace_back(*entry);
    answer(id, text_content(json::serialize(entries)));
}

void grow(const json::value& id, const json::object&) {
    has_new_tool = true;
    send({{"method", "notifications/tools/list_changed"}});
    answer(id, text_content("grown"));
}

void progress(const json::value& id, const json::object& params) {
    send_progress(params);
    answer(id, text_content("done"));
}

using ToolFunction = void (*)(const json::value& id, const json::object& params);

/// Those that do something.
const std::map<std::string, ToolFunction> acting = {
    {"crash", crash},
    {"last", last},
    {"close_output", close_output},
    {"log", log},
    {"environment", environment},
    {"grow", grow},
    {"progress", progress},
    {"hang", [](const json::value&, const json::object&) {}},
    {"hang_with_progress",
     [](const json::value&, const json::object& params) { send_progress(params); }},
};

/// Those that ask the client.
const std::map<std::string, std::string> asking = {{"ask", "elicitation/create"},
                                                   {"sample", "sampling/createMessage"},
                                                   {"roots", "roots/list"},
                                                   {"ping", "ping"},
                                                   {"unknown", "what/ever"}};

/// Those that only answer.
std::optional<json::object> plain_result(const std::string& name, const json::object& params) {
    if (name == "echo") return text_content(json::serialize(params.at("arguments")));
    if (name == "hello") return text_content(json::serialize(hello));
    if (name == "cancelled") return text_content(was_cancelled ? "yes" : "no");
    if (name == "huge") return text_content(std::string(5'000'000, 'x'));
    if (name == "mixed") return mixed();
    return std::nullopt;
}

void call_tool(const json::value& id, const json::object& params) {
    const std::string name(params.at("name").as_string());
    if (auto result = plain_result(name, params)) return answer(id, std::move(*result));
    if (name == "ask_and_cancel") return ask_and_cancel(id);
    if (asking.contains(name)) {
        return ask(id, asking.at(name), params.at("arguments").as_object());
    }
    if (acting.contains(name)) return acting.at(name)(id, params);
    fail(id, -32602, "there is no such tool");
}

void list_other(const json::value& id, const std::string& method, const json::object& params) {
    if (method == "resources/list") {
        return answer(id, {{"resources", {{{"uri", "test:///a"}, {"name", "a"}}}}});
    }
    if (method == "resources/read") {
        return answer(id, {{"contents", {{{"uri", params.at("uri")}, {"text", "contents"}}}}});
    }
    if (method == "prompts/list") {
        return answer(id, {{"prompts", {{{"name", "p"}, {"arguments", json::array()}}}}});
    }
    if (method == "prompts/get") {
        return answer(id, {{"messages", {{{"role", "user"}, {"content", params.at("name")}}}}});
    }
    fail(id, -32601, "no such method");
}

void handle(const json::object& message) {
    const auto* method_value = message.if_contains("method");
    if (!method_value) return;
    const std::string method(method_value->as_string());
    json::object params;
    if (const auto* given = message.if_contains("params")) params = given->as_object();
    if (method == "notifications/cancelled") was_cancelled = true;
    const auto* id = message.if_contains("id");
    if (!id) return;
    if (has("--garbage")) write_line("Listening... {\"id\": " + json::serialize(*id));
    if (method == "initialize") return initialize(*id, params);
    if (method == "tools/list") return list_tools(*id, params);
    if (method == "tools/call") return call_tool(*id, params);
    list_other(*id, method, params);
}

/// A child of its own, which writes its id to a file and lives on.
void start_grandchild(const std::string& file) {
    const auto pid = ::fork();
    if (pid != 0) {
        std::ofstream(file) << pid;
        return;
    }
    ::signal(SIGTERM, SIG_IGN);
    for (;;) ::pause();
}

void read_switches(int argc, char** argv) {
    for (int i = 1; i < argc; ++i) {
        const std::string name = argv[i];
        switches.insert(name);
        if (name == "--old-version") old_version = argv[++i];
        if (name == "--grandchild") start_grandchild(argv[++i]);
        if (name == "--counter") std::ofstream(argv[++i], std::ios::app) << '.';
    }
}

}  // namespace

int main(int argc, char** argv) {
    read_switches(argc, argv);
    if (has("--crash-at-start")) {
        std::fputs("cannot find my configuration\n", stderr);
        return 7;
    }
    if (has("--ignore-end")) ::signal(SIGTERM, SIG_IGN);
    for (;;) {
        const auto message = read_message();
        if (message.is_null()) break;
        handle(message.as_object());
    }
    while (has("--ignore-end")) std::this_thread::sleep_for(1s);
}
