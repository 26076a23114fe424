#include "toolbox.hpp"

#include "text.hpp"

#include <capstan/tools/coding_tools.hpp>

#include <unistd.h>

#include <utility>

namespace coding_agent {

using namespace capstan;
namespace asio = boost::asio;

namespace {

constexpr int name_column = 24;
constexpr int description_width = 60;

CodingToolOptions coding_options(const Options& options) {
    CodingToolOptions coding;
    coding.allowed_commands = options.allowed_commands;
    coding.http.ca_file = options.handler.http.ca_file;
    return coding;
}

}  // namespace

Toolbox::Toolbox(asio::any_io_executor executor, const Options& options)
    : workspace_(std::make_shared<Workspace>(options.workspace)) {
    add_coding_tools(registry_, workspace_, coding_options(options));
    if (options.mcp_config.empty()) return;
    mcp_ = std::make_shared<McpTools>(executor, read_mcp_config(options.mcp_config),
                                      client_options(executor));
    registry_.add(mcp_);
}

// Consent takes a person with a browser: without a terminal, servers that ask for it are left out.
McpClientOptions Toolbox::client_options(const asio::any_io_executor& executor) {
    McpClientOptions options;
    if (isatty(STDIN_FILENO) == 0) return options;
    const auto show = [this](std::string server, std::string url) {
        if (output_) output_->note("To use " + server + ", open this address: " + url);
    };
    loopback_ = std::make_unique<McpLoopback>(executor, show);
    loopback_->plug_into(options.authorization);
    return options;
}

asio::awaitable<void> Toolbox::connect(Output& output) {
    output_ = &output;
    if (!mcp_) co_return;
    const auto problems = co_await mcp_->connect();
    for (const auto& problem : problems) output.note(problem);
}

std::string Toolbox::list() const {
    std::string text;
    for (const auto& tool : registry_.tools()) {
        const auto& definition = tool->definition();
        auto line = definition.name;
        line.resize(std::max<std::size_t>(line.size() + 1, name_column), ' ');
        line += tool->options().permission == Permission::ask ? "asks   " : "       ";
        line += fit(one_line(definition.description), description_width);
        text += (text.empty() ? "" : "\n") + line;
    }
    return text;
}

}  // namespace coding_agent
