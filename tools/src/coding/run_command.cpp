#include "coding/coding_tool.hpp"
#include "coding/command_environment.hpp"
#include "coding/command_patterns.hpp"
#include "coding/confined_path.hpp"
#include "coding/file_descriptor.hpp"
#include "coding/output_tail.hpp"
#include "coding/process.hpp"

#include <capstan/json.hpp>

#include <fmt/format.h>
#include <string.h>
#include <unistd.h>

#include <algorithm>

namespace capstan::coding {

struct RunCommandArgs {
    std::string command;
    std::optional<double> timeout_seconds;
    std::optional<std::string> directory;
};
BOOST_DESCRIBE_STRUCT(RunCommandArgs, (), (command, timeout_seconds, directory))

inline void describe(Fields<RunCommandArgs>& fields) {
    fields(&RunCommandArgs::command).about("A shell command line").min_length(1);
    fields(&RunCommandArgs::timeout_seconds).about("Then it is killed").exclusive_minimum(0);
    fields(&RunCommandArgs::directory)
        .about("Where it runs, relative to the workspace; its root if left out");
}

namespace {

using Milliseconds = std::chrono::milliseconds;

constexpr Milliseconds between_progress{200};
constexpr std::size_t longest_progress = 1024;

std::string shell() { return ::access("/bin/bash", X_OK) == 0 ? "/bin/bash" : "/bin/sh"; }

/// Collects the output, and tells of it now and then while the command runs.
class Output {
public:
    Output(std::size_t limit, ToolContext& context) : kept_(limit), context_(context) {}

    bool add(std::string_view bytes) {
        kept_.add(bytes);
        const auto now = std::chrono::steady_clock::now();
        if (now - told_ >= between_progress) {
            told_ = now;
            const auto start = bytes.size() - std::min(bytes.size(), longest_progress);
            context_.progress(to_valid_utf8(bytes.substr(start)));
        }
        return true;
    }
    const HeadAndTail& kept() const noexcept { return kept_; }

private:
    HeadAndTail kept_;
    ToolContext& context_;
    std::chrono::steady_clock::time_point told_{};
};

std::string end_text(const ProcessEnd& end, Milliseconds timeout) {
    if (end.timed_out)
        return fmt::format("[killed: it took longer than {:g} seconds]",
                           std::chrono::duration<double>(timeout).count());
    if (end.signal != 0)
        return fmt::format("[ended by signal {} ({})]", end.signal, ::strsignal(end.signal));
    return fmt::format("[exit status {}]", end.exit_status);
}

ToolResult result_of(const HeadAndTail& output, const ProcessEnd& end, Milliseconds timeout) {
    auto text = output.text();
    if (!text.empty() && !text.ends_with('\n')) text += '\n';
    ToolResult result(text + end_text(end, timeout));
    result.is_error = end.timed_out;
    const bool exited = end.signal == 0;
    result.details["exit_status"] = exited ? json::value(end.exit_status) : json::value(nullptr);
    result.details["signal"] = exited ? json::value(nullptr) : json::value(end.signal);
    result.details["timed_out"] = end.timed_out;
    result.details["output_bytes"] = output.total();
    return result;
}

class RunCommand final : public CodingTool<RunCommandArgs> {
public:
    explicit RunCommand(StatePtr state)
        : CodingTool("run_command",
                     "Runs a shell command in the workspace, and gives its output and exit status. "
                     "Its input is empty; what it leaves running is killed when it ends.",
                     options_for(*state)),
          state_(std::move(state)) {}

private:
    /// The command's own limit is the one that counts, and ends it in order.
    static ToolOptions options_for(const CodingState& state) {
        auto options = changing_options();
        options.timeout = std::max(state.options.max_command_timeout,
                                   state.options.command_timeout) + std::chrono::seconds(10);
        return options;
    }

    std::string fault_of(const RunCommandArgs& args) const override {
        return args.command.find('\0') == args.command.npos ? "" : "the command has a NUL byte";
    }

    std::string key_of(const RunCommandArgs& args) const override {
        return "run_command:" + command_key(args.command);
    }

    Permission permission_of(const RunCommandArgs& args) const override {
        const bool allowed = fits_any_pattern(args.command, state_->options.allowed_commands);
        return allowed ? Permission::allow : Permission::ask;
    }

    std::string preview_of(const RunCommandArgs& args) const override {
        if (!args.directory) return args.command;
        return fmt::format("{}\n(in {})", args.command,
                           shown_path(state_->workspace->relative(*args.directory)));
    }

    Milliseconds timeout_of(const RunCommandArgs& args) const {
        if (!args.timeout_seconds) return state_->options.command_timeout;
        const auto most = state_->options.max_command_timeout;
        const auto wanted = *args.timeout_seconds * 1000;
        if (wanted >= static_cast<double>(most.count())) return most;
        return Milliseconds(std::max<Milliseconds::rep>(1, static_cast<Milliseconds::rep>(wanted)));
    }

    asio::awaitable<ToolResult> call(RunCommandArgs args, ToolContext& context) override {
        const auto timeout = timeout_of(args);
        const FileDescriptor folder(state_->workspace->open_folder(args.directory.value_or(".")));
        Output output(state_->options.max_command_output, context);
        ProcessSpec spec;
        spec.arguments = {shell(), "-c", args.command};
        spec.environment = visible_environment(environ, state_->options.hidden_environment);
        spec.folder = folder.get();
        spec.timeout = timeout;
        spec.on_output = [&output](std::string_view bytes) { return output.add(bytes); };
        const auto end = co_await run_process(std::move(spec));
        co_return result_of(output.kept(), end, timeout);
    }

    const StatePtr state_;
};

}  // namespace

std::shared_ptr<Tool> make_run_command(StatePtr state) {
    return std::make_shared<RunCommand>(std::move(state));
}

}  // namespace capstan::coding
