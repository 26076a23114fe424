#include <capstan/tools/coding_tools.hpp>

#include "coding/coding_state.hpp"
#include "coding/fetch_address.hpp"

#include <unistd.h>

#include <cstdlib>

namespace capstan {

namespace coding {

std::string find_program(std::string_view name) {
    const char* path = std::getenv("PATH");
    std::string_view rest = path ? path : "";
    while (!rest.empty()) {
        const auto colon = rest.find(':');
        const auto file = std::string(rest.substr(0, colon)) + '/' + std::string(name);
        if (file.starts_with('/') && ::access(file.c_str(), X_OK) == 0) return file;
        rest.remove_prefix(colon == rest.npos ? rest.size() : colon + 1);
    }
    return {};
}

namespace {

HttpClientOptions http_options(const CodingToolOptions& options) {
    auto http = options.http;
    if (!options.fetch_private_addresses) http.accept_address = is_public_address;
    return http;
}

}  // namespace

CodingState::CodingState(std::shared_ptr<Workspace> workspace_, CodingToolOptions options_)
    : workspace(std::move(workspace_)), options(std::move(options_)), ripgrep(find_program("rg")) {
    if (options.fetch) client.emplace(http_options(options));
}

}  // namespace coding

void add_coding_tools(ToolRegistry& registry, std::shared_ptr<Workspace> workspace,
                      CodingToolOptions options) {
    using namespace coding;
    const auto state = std::make_shared<CodingState>(std::move(workspace), std::move(options));
    if (state->options.files) {
        for (const auto make : {make_read_file, make_write_file, make_edit_file, make_list_files,
                                make_find_files, make_search})
            registry.add(make(state));
    }
    if (state->options.commands) registry.add(make_run_command(state));
    if (state->options.fetch) registry.add(make_fetch_url(state));
    if (state->options.todo) registry.add(make_todo());
}

}  // namespace capstan
