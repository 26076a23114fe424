// One JSON object a line, flushed at once: for programs that drive this one. The events are the
// library's own (agent_event.hpp); README.md lists the lines.
#include "output.hpp"

#include <capstan/json.hpp>

#include <cstdio>

namespace coding_agent {
namespace {

using namespace capstan;

void print(const json::object& object) {
    auto line = to_json_text(object);
    line += '\n';
    std::fwrite(line.data(), 1, line.size(), stdout);
    std::fflush(stdout);
}

json::object line_of(std::string_view type) {
    json::object line;
    line["type"] = type;
    return line;
}

void print_text(std::string_view type, std::string_view text) {
    auto line = line_of(type);
    line["text"] = text;
    print(line);
}

class JsonlOutput final : public Output {
public:
    void session(const SessionHead& head) override {
        auto line = line_of("session");
        line["id"] = head.id;
        line["workspace"] = head.workspace;
        line["model"] = head.model;
        line["resumed"] = head.resumed;
        print(line);
    }

    void event(const AgentEvent& event) override { print(to_json(event)); }

    void approval(const ApprovalAnswer& answer) override {
        auto line = line_of("approval");
        line["call_id"] = answer.call_id;
        line["allowed"] = answer.allowed;
        line["always"] = answer.for_session;
        if (!answer.reason.empty()) line["reason"] = answer.reason;
        print(line);
    }

    void reply(std::string_view text) override { print_text("reply", text); }
    void note(std::string_view text) override { print_text("note", text); }

    void error(const ApiError& error) override {
        auto line = line_of("error");
        line["kind"] = to_string(error.kind());
        line["message"] = error.what();
        print(line);
    }
};

}  // namespace

std::unique_ptr<Output> make_jsonl_output() { return std::make_unique<JsonlOutput>(); }

}  // namespace coding_agent
