#include "coding/coding_tool.hpp"
#include "coding/confined_path.hpp"
#include "coding/file_bytes.hpp"
#include "coding/line_endings.hpp"

#include <fmt/format.h>

namespace capstan::coding {

struct WriteFileArgs {
    std::string path;
    std::string content;
};
BOOST_DESCRIBE_STRUCT(WriteFileArgs, (), (path, content))

inline void describe(Fields<WriteFileArgs>& fields) {
    fields(&WriteFileArgs::path).about("File, relative to the workspace; folders are made");
    fields(&WriteFileArgs::content).about("The whole content");
}

namespace {

class WriteFile final : public CodingTool<WriteFileArgs> {
public:
    explicit WriteFile(StatePtr state)
        : CodingTool("write_file",
                     "Writes a text file of the workspace: a new one, or the whole of an old one. "
                     "Prefer edit_file for changes of an old one.",
                     changing_options()),
          state_(std::move(state)) {}

private:
    struct Change {
        Change() = default;

        std::optional<std::string> before;
        std::string after;
    };

    Change prepare(const std::string& path, const std::string& content) const {
        Change change;
        if (state_->workspace->exists(path)) change.before = state_->workspace->read(path);
        change.after = with_endings_of(change.before.value_or(""), content);
        return change;
    }

    std::string preview_of(const WriteFileArgs& args) const override {
        const auto path = state_->workspace->relative(args.path);
        const auto change = prepare(path, args.content);
        if (change.before == change.after) return shown_path(path) + " has this content already";
        return unified_diff(path, change.before.value_or(""), change.after);
    }

    asio::awaitable<ToolResult> call(WriteFileArgs args, ToolContext&) override {
        const auto path = state_->workspace->relative(args.path);
        const auto change = prepare(path, args.content);
        if (change.before == change.after)
            co_return ToolResult(shown_path(path) + " has this content already");
        const std::optional<std::string_view> before = change.before;
        state_->workspace->replace(path, before, change.after);
        ToolResult result(fmt::format("{} {} ({})", change.before ? "Wrote" : "Created",
                                      shown_path(path), size_text(change.after.size())));
        result.details["path"] = path;
        result.details["diff"] =
            unified_diff(path, change.before.value_or(""), change.after);
        co_return result;
    }

    const StatePtr state_;
};

}  // namespace

std::shared_ptr<Tool> make_write_file(StatePtr state) {
    return std::make_shared<WriteFile>(std::move(state));
}

}  // namespace capstan::coding
