#include "program.hpp"

#include "agent_settings.hpp"
#include "approval_answer.hpp"
#include "model_name.hpp"
#include "text.hpp"

#include <capstan/providers/openai_compatible.hpp>
#include <capstan/providers/openrouter.hpp>

#include <algorithm>
#include <memory>
#include <utility>

namespace coding_agent {

using namespace capstan;

namespace {

constexpr int key_width = 40;

std::unique_ptr<StateStore> open_store(const Options& options) {
    return std::make_unique<SqliteStateStore>(sessions_file(options));
}

int code_of(const agent_event::Done& done) {
    if (done.reason == StopReason::answered) return exit_code::good;
    return done.reason == StopReason::cancelled ? exit_code::cancelled : exit_code::failed;
}

asio::awaitable<InputLine> given(InputLine line) { co_return line; }

bool is_blank(const std::string& text) {
    return text.find_first_not_of(" \t\r") == std::string::npos;
}

}  // namespace

Program::Program(asio::any_io_executor executor, const Options& options, ApiHandler& handler,
                 Input& input, Output& output)
    : options_(options),
      handler_(handler),
      input_(input),
      output_(output),
      toolbox_(executor, options),
      store_(open_store(options)),
      agent_(handler, toolbox_.registry(), agent_options(options, toolbox_.workspace().root())),
      model_(options.model) {}

asio::awaitable<int> Program::run() {
    co_await toolbox_.connect(output_);
    co_await open_session();
    co_await know_model();
    if (!options_.prompt.empty()) {
        co_await turn(UserMessage(options_.prompt));
        co_return code_;
    }
    if (has_work_left()) co_await turn(std::nullopt);
    co_await converse();
    if (input_.is_terminal()) co_return exit_code::good;
    if (code_ == exit_code::usage) output_.note("There is no prompt; see --help.");
    co_return code_;
}

/// With the model's window and prices known, long conversations are compacted and costs projected.
asio::awaitable<void> Program::know_model() {
    try {
        if (auto* router = dynamic_cast<OpenRouterHandler*>(&handler_))
            co_await router->load_model();
        else if (auto* compatible = dynamic_cast<OpenAiCompatibleHandler*>(&handler_))
            co_await compatible->load_model();
    } catch (const ApiError&) {
        // Works without: the first call says what is wrong, if anything is.
    }
}

/// Something was broken off, or waits for an approval.
bool Program::has_work_left() const { return session_->run().state() != AgentRun::State::idle; }

/// Until the end of the input.
asio::awaitable<void> Program::converse() {
    while (true) {
        auto reading = next_line();
        const auto line = co_await std::move(reading);
        if (line.kind == InputLine::Kind::end) co_return;
        if (line.kind == InputLine::Kind::interrupted || is_blank(line.text)) continue;
        interrupts_ = 0;
        if (!line.text.starts_with('/')) {
            co_await turn(UserMessage(line.text));
            continue;
        }
        if (code_ == exit_code::usage) code_ = exit_code::good;
        const bool go_on = co_await command(line.text);
        if (!go_on) co_return;
    }
}

/// What was typed during the last run comes first.
asio::awaitable<InputLine> Program::next_line() {
    if (heard_.empty()) return input_.prompt();
    InputLine line(InputLine::Kind::line, std::move(heard_.front()));
    heard_.pop_front();
    output_.note("> " + line.text);
    return given(std::move(line));
}

/// In one shot, what is typed is for the shell; and programs that read events wait for them.
void Program::listen() {
    if (!options_.prompt.empty() || options_.jsonl) return;
    input_.listen([this](std::string line) { heard(std::move(line)); });
}

void Program::heard(std::string line) {
    if (is_blank(line)) return;
    if (quick_command(line.substr(0, line.find_last_not_of(" \t") + 1))) return;
    const bool running = stream_->run().state() != AgentRun::State::idle;
    if (running && !line.starts_with('/')) {
        output_.note("Queued: " + one_line(harmless(line)));
        stream_->steer(std::move(line));
        return;
    }
    output_.note("After this run: " + one_line(harmless(line)));
    heard_.push_back(std::move(line));
}

asio::awaitable<void> Program::turn(std::optional<UserMessage> message) {
    stream_.emplace(agent_.run(*session_, std::move(message)));
    session_->set_model(model_text(model_));  // with its provider; the agent knows the id alone
    if (std::exchange(compact_next_, false)) stream_->compact();
    code_ = exit_code::failed;
    listen();
    while (auto event = co_await stream_->next()) {
        output_.event(*event);
        if (const auto* done = std::get_if<agent_event::Done>(&*event)) code_ = code_of(*done);
        const auto* wanted = std::get_if<agent_event::ApprovalWanted>(&*event);
        if (!wanted) continue;
        input_.stop_listening();
        auto asking = ask(wanted->request);
        const auto answer = co_await std::move(asking);
        listen();
        if (!answer) continue;  // cancelled
        output_.approval(*answer);
        stream_->answer(*answer);
    }
    input_.stop_listening();
    stream_.reset();
    co_await session_->flush();
}

asio::awaitable<std::optional<ApprovalAnswer>> Program::ask(const ApprovalRequest& request) {
    // Asked before the program was started again with --yes.
    if (options_.yes) co_return ApprovalAnswer::allow(request);
    const auto question = "  Allow it? [y]es, [n]o, [a]lways for " +
                          fit(one_line(harmless(request.key)), key_width) + ": ";
    while (true) {
        auto reading = input_.answer(question);
        const auto line = co_await std::move(reading);
        if (line.kind == InputLine::Kind::interrupted) co_return std::nullopt;
        if (line.kind == InputLine::Kind::end)
            co_return ApprovalAnswer::deny(request, "nobody was there to be asked");
        auto said = read_answer(line.text);
        if (!said) continue;
        interrupts_ = 0;
        if (said->decision == Decision::yes) co_return ApprovalAnswer::allow(request);
        if (said->decision == Decision::always) co_return ApprovalAnswer::always(request);
        auto asking = ask_reason(std::move(said->reason));
        auto reason = co_await std::move(asking);
        if (!reason) co_return std::nullopt;
        co_return ApprovalAnswer::deny(request, *std::move(reason));
    }
}

/// The reason of a denial; a person is asked for it if it was not said. Nothing: interrupted.
asio::awaitable<std::optional<std::string>> Program::ask_reason(std::string reason) {
    if (!reason.empty() || !input_.is_terminal()) co_return reason;
    auto reading = input_.answer("  Why not, or what instead? (may be empty) ");
    const auto line = co_await std::move(reading);
    if (line.kind == InputLine::Kind::interrupted) co_return std::nullopt;
    co_return line.text;
}

bool Program::interrupt() {
    if (++interrupts_ > 1) return false;
    const bool waited = input_.interrupt();
    if (stream_) {
        stream_->cancel();
        output_.note("Cancelled. Ctrl-C again quits.");
        return true;
    }
    if (waited) output_.note("Ctrl-C again quits.");
    return waited;
}

}  // namespace coding_agent
