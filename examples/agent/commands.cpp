// The slash commands.
#include "model_name.hpp"
#include "program.hpp"
#include "totals_text.hpp"

#include <exception>

namespace coding_agent {

using namespace capstan;

namespace {

constexpr std::string_view help_text =
    R"(/model [ID]   the model, or another one from now on
/cost         what the session has used so far
/undo         take back the newest change of files
/compact      make the conversation shorter before the next call of the model
/tools        what the model may call
/sessions     all sessions; --resume ID goes on with one
/help         this list
/quit         end (Ctrl-D, too); Ctrl-C cancels a run, twice it ends the program
A line that is typed during a run is told to the model before its next step.)";

}  // namespace

asio::awaitable<bool> Program::command(std::string line) {
    const auto space = std::min(line.find(' '), line.size());
    const auto name = line.substr(0, space);
    const auto begin = std::min(line.find_first_not_of(' ', space), line.size());
    const auto argument = line.substr(begin, line.find_last_not_of(' ') + 1 - begin);
    if (name == "/quit" || name == "/exit") co_return false;
    if (argument.empty() && quick_command(name)) co_return true;
    if (name == "/model") {
        use_model(argument);
    } else if (name == "/undo") {
        undo();
    } else if (name == "/compact") {
        compact_next_ = true;
        output_.note("The conversation will be compacted before the next call of the model.");
    } else if (name == "/sessions") {
        co_await list_sessions(store_, output_);
    } else {
        output_.note("There is no command " + name + "; /help lists them.");
    }
    co_return true;
}

bool Program::quick_command(const std::string& name) {
    if (name == "/help")
        output_.reply(help_text);
    else if (name == "/cost")
        output_.reply(cost_report(session_->run().totals()));
    else if (name == "/tools")
        output_.reply(toolbox_.list());
    else if (name == "/model")
        output_.reply("Model: " + model_text(model_));
    else
        return false;
    return true;
}

void Program::use_model(const std::string& text) {
    const auto uri = named_provider(text);
    if (uri && (uri->provider != model_.provider || !is_plain(*uri))) {
        // Its key was forgotten before the first tool could see it.
        output_.note("Another provider needs a new start: /quit, then --resume --model " + text);
        return;
    }
    model_.model = uri ? uri->model : text;
    agent_.options().model = model_.model;
    session_->set_model(model_text(model_));
    output_.reply("Model: " + model_text(model_));
    const bool list_known = handler_.get_model().info.has_value();
    if (list_known && !handler_.model_info(model_.model))
        output_.note("The server's list of models has no " + model_.model + ".");
}

void Program::undo() {
    try {
        const auto paths = toolbox_.workspace().undo();
        if (paths.empty()) output_.note("There is nothing to undo.");
        for (const auto& path : paths) output_.reply("Restored " + path);
    } catch (const std::exception& error) {
        output_.note(error.what());
    }
}

}  // namespace coding_agent
