#include "coding/coding_tool.hpp"
#include "coding/off_loop.hpp"
#include "coding/ripgrep.hpp"
#include "coding/text_search.hpp"

namespace capstan::coding {

struct SearchArgs {
    std::string pattern;
    std::optional<std::string> path;
    std::optional<std::string> glob;
    std::optional<bool> ignore_case;
    std::optional<std::int64_t> context;
};
BOOST_DESCRIBE_STRUCT(SearchArgs, (), (pattern, path, glob, ignore_case, context))

inline void describe(Fields<SearchArgs>& fields) {
    fields(&SearchArgs::pattern)
        .about("Regular expression (RE2: no look-around, no back references), matched line by line")
        .min_length(1)
        .max_length(2000);
    fields(&SearchArgs::path).about("Folder or file; the whole workspace if left out");
    fields(&SearchArgs::glob).about("Only files that match, e.g. *.cpp or src/**/*.h");
    fields(&SearchArgs::ignore_case).about("Upper and lower case are the same");
    fields(&SearchArgs::context).about("Lines to show around each match").minimum(0).maximum(20);
}

namespace {

class Search final : public CodingTool<SearchArgs> {
public:
    explicit Search(StatePtr state)
        : CodingTool("search",
                     "Searches the text files of the workspace by a regular expression. What "
                     ".gitignore names is left out.",
                     reading_options()),
          state_(std::move(state)) {}

private:
    SearchQuery query_of(SearchArgs args) const {
        SearchQuery query;
        query.pattern = std::move(args.pattern);
        query.path = state_->workspace->relative(args.path.value_or("."));
        query.glob = args.glob.value_or("");
        query.ignore_case = args.ignore_case.value_or(false);
        query.context = static_cast<std::size_t>(args.context.value_or(0));
        query.most_file_bytes = state_->workspace->options().max_file_bytes;
        return query;
    }

    asio::awaitable<ToolResult> call(SearchArgs args, ToolContext&) override {
        const auto query = query_of(std::move(args));
        if (const auto fault = pattern_fault(query); !fault.empty()) throw WorkspaceError(fault);
        const PathFilter usable(query.path, query.glob);  // throws if the glob is not
        static_cast<void>(usable);
        if (!state_->ripgrep.empty() && query.path == ".") {
            const auto found =
                co_await search_by_ripgrep(state_->ripgrep, *state_->workspace, query);
            if (found) co_return ToolResult(search_text(*found));
        }
        const auto workspace = state_->workspace;
        const auto work = [workspace, query](const Stopped& stopped) {
            return search_files(*workspace, query, stopped);
        };
        const auto found = co_await run_off_loop(state_->pool, work);
        co_return ToolResult(search_text(found));
    }

    const StatePtr state_;
};

}  // namespace

std::shared_ptr<Tool> make_search(StatePtr state) {
    return std::make_shared<Search>(std::move(state));
}

}  // namespace capstan::coding
