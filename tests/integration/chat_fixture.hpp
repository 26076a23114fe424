#pragma once

#include "chat_process.hpp"

#include <capstan/json.hpp>
#include <capstan/testing/simulator.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <unistd.h>

/// Drives the chat program against a simulator.
namespace chat_test {

namespace sim = capstan::testing;
namespace json = capstan::json;
using chat_process::Child;
using chat_process::Command;
using chat_process::Result;

inline const std::string key = "chat-key-0123456789abcdef";

struct Chat {
    Chat() = default;
    explicit Chat(sim::SimulatorOptions options) : simulator(std::move(options)) {}

    Command command(std::vector<std::string> arguments, std::string input = {}) const {
        Command command;
        command.program = CAPSTAN_CHAT_PROGRAM;
        command.arguments = std::move(arguments);
        command.input = std::move(input);
        command.environment = {{"OPENROUTER_API_KEY", key},
                               {"OPENROUTER_BASE_URL", simulator.base_url()}};
        return command;
    }

    Result run(std::vector<std::string> arguments, std::string input = {}) const {
        return chat_process::run(command(std::move(arguments), std::move(input)));
    }

    json::object sent(std::size_t index = 0) const {
        return simulator.requests(sim::Simulator::chat).at(index).json().as_object();
    }

    sim::Simulator simulator;
};

/// The lines of --jsonl; throws if one is no JSON object.
inline std::vector<json::object> lines_of(const Result& result) {
    std::vector<json::object> lines;
    std::istringstream in(result.out);
    for (std::string line; std::getline(in, line);)
        lines.push_back(capstan::parse_json(line).as_object());
    return lines;
}

inline std::string type_of(const json::object& line) {
    return std::string(capstan::find_string(line, "type").value_or(""));
}

inline std::vector<json::object> of_type(const Result& result, std::string_view type) {
    std::vector<json::object> found;
    for (auto& line : lines_of(result))
        if (type_of(line) == type) found.push_back(std::move(line));
    return found;
}

/// All pieces of one text field, joined.
inline std::string joined(const Result& result, std::string_view type, std::string_view field) {
    std::string text;
    for (const auto& line : of_type(result, type))
        text += capstan::find_string(line, field).value();
    return text;
}

inline std::vector<std::string> names_of(const json::object& object) {
    std::vector<std::string> names;
    for (const auto& [name, value] : object) names.emplace_back(name);
    return names;
}

/// A file that is gone with the test.
class TemporaryFile {
public:
    explicit TemporaryFile(const std::string& text) {
        std::string pattern =
            (std::filesystem::temp_directory_path() / "capstan-chat-XXXXXX").string();
        const int fd = mkstemp(pattern.data());
        if (fd >= 0) close(fd);
        path_ = pattern;
        std::ofstream(path_, std::ios::binary) << text;
    }
    ~TemporaryFile() { std::filesystem::remove(path_); }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;

    const std::string& path() const { return path_; }

private:
    std::string path_;
};

}  // namespace chat_test
