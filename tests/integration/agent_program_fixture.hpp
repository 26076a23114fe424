#pragma once

#include "chat_process.hpp"
#include "child_process.hpp"

#include <capstan/json.hpp>
#include <capstan/testing/simulator.hpp>

#include <string>
#include <string_view>
#include <vector>

/// Drives the coding agent against a simulator, in a copy of the sample project.
namespace agent_program_test {

namespace sim = capstan::testing;
namespace json = capstan::json;
using chat_process::Child;
using chat_process::Command;
using chat_process::Result;

inline const std::string key = "agent-key-0123456789abcdef";
inline const std::string fixed_line = "return (length + piece_length - 1) / piece_length;";
inline const std::string question = "Allow it?";

enum class Model { scripted, none };

struct AgentProgram {
    /// With the scripted model of the sample, without its pauses between words.
    explicit AgentProgram(Model model = Model::scripted);

    /// In the workspace, with a state folder of its own.
    Command command(std::vector<std::string> arguments, std::string input = {}) const;
    /// The same on a terminal: `term` is what the environment calls it.
    Command in_terminal(std::vector<std::string> arguments, std::string term = "dumb") const;
    Result run(std::vector<std::string> arguments, std::string input = {}) const;

    std::string file(const std::string& name) const;
    void write(const std::string& name, const std::string& text) const;
    bool is_repaired() const;
    /// The exit code of the project's own test.
    int test() const;
    json::object sent(std::size_t index) const;

    test::TemporaryFolder folder;
    sim::Simulator simulator;
};

bool has(const std::string& text, std::string_view part);

/// The lines of --jsonl; throws if one is no JSON object.
std::vector<json::object> lines_of(const Result& result);
std::vector<json::object> of_type(const Result& result, std::string_view type);
std::string text_at(const json::object& line, std::string_view name);

}  // namespace agent_program_test
