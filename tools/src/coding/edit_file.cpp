#include "coding/coding_tool.hpp"
#include "coding/confined_path.hpp"
#include "coding/text_edit.hpp"

#include <fmt/format.h>

namespace capstan::coding {

struct EditFileArgs {
    std::string path;
    std::string old_text;
    std::string new_text;
    std::optional<bool> replace_all;
};
BOOST_DESCRIBE_STRUCT(EditFileArgs, (), (path, old_text, new_text, replace_all))

inline void describe(Fields<EditFileArgs>& fields) {
    fields(&EditFileArgs::path).about("File, relative to the workspace");
    fields(&EditFileArgs::old_text)
        .about("The text to replace, exactly as it is in the file (without line numbers)");
    fields(&EditFileArgs::new_text).about("What takes its place");
    fields(&EditFileArgs::replace_all).about("Replace it wherever it is; else it must be unique");
}

namespace {

class EditFile final : public CodingTool<EditFileArgs> {
public:
    explicit EditFile(StatePtr state)
        : CodingTool("edit_file",
                     "Replaces a text in a file of the workspace. old_text must be there exactly "
                     "once, blanks and line breaks included, unless replace_all is true.",
                     changing_options()),
          state_(std::move(state)) {}

private:
    std::string preview_of(const EditFileArgs& args) const override {
        const auto path = state_->workspace->relative(args.path);
        const auto before = state_->workspace->read(path);
        return unified_diff(path, before, edited(path, before, args).text);
    }

    static EditedText edited(const std::string& path, const std::string& before,
                             const EditFileArgs& args) {
        return edit_text(path, before, args.old_text, args.new_text,
                         args.replace_all.value_or(false));
    }

    asio::awaitable<ToolResult> call(EditFileArgs args, ToolContext&) override {
        const auto path = state_->workspace->relative(args.path);
        const auto before = state_->workspace->read(path);
        const auto after = edited(path, before, args);
        const std::optional<std::string_view> expected = before;
        state_->workspace->replace(path, expected, after.text);
        ToolResult result(
            after.lines.size() == 1
                ? fmt::format("Edited {} at line {}", shown_path(path), after.lines.front())
                : fmt::format("Edited {} in {} places", shown_path(path), after.lines.size()));
        result.details["path"] = path;
        result.details["diff"] = unified_diff(path, before, after.text);
        co_return result;
    }

    const StatePtr state_;
};

}  // namespace

std::shared_ptr<Tool> make_edit_file(StatePtr state) {
    return std::make_shared<EditFile>(std::move(state));
}

}  // namespace capstan::coding
