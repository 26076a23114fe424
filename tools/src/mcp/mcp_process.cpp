#include "mcp/mcp_process.hpp"

#include <capstan/tools/mcp.hpp>

#include <fmt/format.h>

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace capstan::mcp {

namespace {

[[noreturn]] void fail(const McpServerConfig& config, std::string_view what, int error) {
    throw McpError(fmt::format("MCP server \"{}\": {}: {}", config.name, what, ::strerror(error)));
}

struct Pair {
    OwnedFd ours, theirs;
};

Pair make_socket_pair(const McpServerConfig& config) {
    int fds[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0) {
        fail(config, "no socket for its input", errno);
    }
    return {OwnedFd(fds[0]), OwnedFd(fds[1])};
}

Pair make_pipe(const McpServerConfig& config) {
    int fds[2];
    if (::pipe2(fds, O_CLOEXEC) != 0) fail(config, "no pipe for its output", errno);
    return {OwnedFd(fds[0]), OwnedFd(fds[1])};
}

}  // namespace

Process::Process(const McpServerConfig& config) {
    coding::ChildSpec spec;
    spec.program = find_program(config);
    spec.arguments = {config.command};
    spec.arguments.insert(spec.arguments.end(), config.args.begin(), config.args.end());
    spec.environment = process_environment(config);
    spec.directory = config.directory;
    auto in = make_socket_pair(config);
    auto out = make_pipe(config), err = make_pipe(config);
    spec.input = in.theirs.get();
    spec.output = out.theirs.get();
    spec.errors = err.theirs.get();
    try {
        child_.emplace(spec);
    } catch (const std::system_error& error) {
        fail(config, fmt::format("cannot start {}", spec.program), error.code().value());
    }
    input = std::move(in.ours);
    output = std::move(out.ours);
    errors = std::move(err.ours);
    exit = child_->open_watch();
}

void Process::finish() noexcept { child_->reap(); }

std::string Process::end_text() const {
    if (!child_->has_ended()) return {};
    if (const int signal = child_->end_signal())
        return fmt::format("signal {} ({})", signal, ::strsignal(signal));
    return fmt::format("exit code {}", child_->exit_status());
}

}  // namespace capstan::mcp
