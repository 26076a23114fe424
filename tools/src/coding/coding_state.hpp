#pragma once

#include <capstan/http_client.hpp>
#include <capstan/tools/coding_tools.hpp>

#include <boost/asio/thread_pool.hpp>

#include <memory>
#include <optional>
#include <string>

namespace capstan::coding {

/// What the tools of one registry share.
struct CodingState {
    CodingState(std::shared_ptr<Workspace> workspace_, CodingToolOptions options_);

    const std::shared_ptr<Workspace> workspace;
    const CodingToolOptions options;
    std::string ripgrep;               ///< the program's path; empty: there is none
    std::optional<HttpClient> client;  ///< of fetch_url
    boost::asio::thread_pool pool{2};  ///< for what would hold up the event loop
};

/// The first executable file of that name in an absolute folder of PATH, or nothing.
std::string find_program(std::string_view name);

using StatePtr = std::shared_ptr<CodingState>;

std::shared_ptr<Tool> make_read_file(StatePtr state);
std::shared_ptr<Tool> make_write_file(StatePtr state);
std::shared_ptr<Tool> make_edit_file(StatePtr state);
std::shared_ptr<Tool> make_list_files(StatePtr state);
std::shared_ptr<Tool> make_find_files(StatePtr state);
std::shared_ptr<Tool> make_search(StatePtr state);
std::shared_ptr<Tool> make_run_command(StatePtr state);
std::shared_ptr<Tool> make_fetch_url(StatePtr state);
std::shared_ptr<Tool> make_todo();

}  // namespace capstan::coding
