#include "agent_program_fixture.hpp"

#include <filesystem>
#include <regex>
#include <sstream>

namespace agent_program_test {

namespace fs = std::filesystem;

AgentProgram::AgentProgram(Model model) {
    fs::copy(CAPSTAN_AGENT_FOLDER "/sample", folder.path("work"));
    if (model == Model::none) return;
    static const std::regex pauses(R"("word_delay_ms": \d+,)");
    const auto scenario = test::read_file(CAPSTAN_AGENT_FOLDER "/sample-model.json");
    test::write_file(folder.path("model.json"), std::regex_replace(scenario, pauses, ""));
    simulator.load_scenario(folder.path("model.json"));
}

Command AgentProgram::command(std::vector<std::string> arguments, std::string input) const {
    Command command;
    command.program = CAPSTAN_AGENT_PROGRAM;
    command.arguments = {"--workspace", folder.path("work")};
    command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
    command.input = std::move(input);
    command.environment = {{"OPENROUTER_API_KEY", key},
                           {"OPENROUTER_BASE_URL", simulator.base_url()},
                           {"HOME", folder.path("home")},
                           {"XDG_STATE_HOME", folder.path("state")}};
    return command;
}

Command AgentProgram::in_terminal(std::vector<std::string> arguments, std::string term) const {
    auto on_terminal = command(std::move(arguments));
    on_terminal.terminal = true;
    on_terminal.environment["TERM"] = std::move(term);
    return on_terminal;
}

Result AgentProgram::run(std::vector<std::string> arguments, std::string input) const {
    return chat_process::run(command(std::move(arguments), std::move(input)));
}

std::string AgentProgram::file(const std::string& name) const {
    return test::read_file(folder.path("work/" + name));
}

void AgentProgram::write(const std::string& name, const std::string& text) const {
    test::write_file(folder.path("work/" + name), text);
}

bool AgentProgram::is_repaired() const { return has(file("rope.cpp"), fixed_line); }

int AgentProgram::test() const {
    Command command;
    command.program = folder.path("work/test.sh");
    return chat_process::run(command).exit_code;
}

json::object AgentProgram::sent(std::size_t index) const {
    return simulator.requests(sim::Simulator::chat).at(index).json().as_object();
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

std::vector<json::object> lines_of(const Result& result) {
    std::vector<json::object> lines;
    std::istringstream in(result.out);
    for (std::string line; std::getline(in, line);)
        lines.push_back(capstan::parse_json(line).as_object());
    return lines;
}

std::vector<json::object> of_type(const Result& result, std::string_view type) {
    std::vector<json::object> found;
    for (auto& line : lines_of(result))
        if (text_at(line, "type") == type) found.push_back(std::move(line));
    return found;
}

std::string text_at(const json::object& line, std::string_view name) {
    return std::string(capstan::find_string(line, name).value_or(""));
}

}  // namespace agent_program_test
