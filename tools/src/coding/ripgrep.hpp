#pragma once

#include "coding/text_search.hpp"

#include <capstan/json.hpp>

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace capstan::coding {

/// Reads what `rg --json` writes, in pieces of any size, into what search_files() would give.
class RipgrepOutput {
public:
    explicit RipgrepOutput(const SearchQuery& query);

    /// False: there is enough.
    bool add(std::string_view bytes);
    /// It came to its end.
    bool complete() const noexcept { return complete_; }
    SearchResult take();

private:
    void event(std::string_view line);
    void line(const json::object& data, bool match);
    void end_file(const json::object& data);

    const SearchQuery& query_;
    PathFilter filter_;
    std::string buffer_;
    FoundFile file_;
    std::size_t matches_ = 0;  ///< in file_
    SearchResult result_;
    bool complete_ = false;
};

/// Arguments that make ripgrep search the files that search_files() searches, in the same order.
std::vector<std::string> ripgrep_arguments(const std::string& program, const SearchQuery& query);

/// Searches the whole workspace by ripgrep, without a shell. Nothing if it failed.
asio::awaitable<std::optional<SearchResult>> search_by_ripgrep(std::string program,
                                                               const Workspace& workspace,
                                                               SearchQuery query);

}  // namespace capstan::coding
