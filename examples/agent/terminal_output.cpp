// For a person. On a terminal everything is in one place; else the text of the answers alone goes
// to standard output, and everything else beside it to standard error.
#include "output.hpp"
#include "screen.hpp"
#include "tool_view.hpp"
#include "totals_text.hpp"

#include <map>
#include <set>

namespace coding_agent {
namespace {

using namespace capstan;

constexpr std::size_t most_diff_lines = 60;
constexpr int most_progress_lines = 5;

class TerminalOutput final : public Output {
public:
    void session(const SessionHead& head) override {
        model_ = head.model;
        side().line((head.resumed ? "Going on with session " : "Session ") + head.id + " in " +
                        head.workspace + " with " + head.model,
                    Style::dim);
    }

    void event(const AgentEvent& event) override {
        std::visit([this](const auto& one) { show(one); }, event);
    }

    void approval(const ApprovalAnswer&) override {}

    void reply(std::string_view text) override {
        end_text();
        out_.line(text);
    }

    void note(std::string_view text) override {
        end_text();
        side().line(text, Style::yellow);
    }

    void error(const ApiError& error) override { error_line(error.what()); }

private:
    void show(const agent_event::StepStarted& step) {
        end_text();
        model_ = step.model.empty() ? model_ : step.model;
    }

    void show(const agent_event::Text& text) {
        if (text.text.empty()) return;
        if (!text_shown_) {
            if (reasoning_shown_) side().end_line();
            out_.end_line();
            text_shown_ = true;
        }
        out_.write(text.text);
    }

    void show(const agent_event::ReasoningText& reasoning) {
        if (reasoning.text.empty()) return;
        if (text_shown_) end_text();
        reasoning_shown_ = true;
        side().write(reasoning.text, Style::dim);
    }

    void show(const agent_event::ToolCallFragment&) {}

    void show(const agent_event::Retry& retry) {
        end_text();
        side().line(retry.message + " Trying again (" + std::to_string(retry.attempt) + " of " +
                        std::to_string(retry.max_retries) + ") in " +
                        std::to_string(retry.delay.count()) + " ms.",
                    Style::yellow);
    }

    void show(const agent_event::Answer& answer) {
        end_text();
        if (answer.finish.reason == FinishReason::length)
            side().line("(cut off: the answer reached its longest length)", Style::yellow);
    }

    void show(const agent_event::StepUsage& usage) {
        side().line("  " + step_text(usage), Style::dim);
    }

    void show(const agent_event::ApprovalWanted& wanted) {
        const auto& request = wanted.request;
        announce(request.call_id, request.tool, request.arguments);
        if (!is_on_line(request)) show_preview(request.preview);
        if (looks_like_diff(request.preview)) diff_shown_.insert(request.call_id);
        if (!request.reason.empty()) side().line("  " + one_line(request.reason), Style::yellow);
    }

    void show(const agent_event::ToolStarted& started) {
        announce(started.call.id, started.call.name, started.call.arguments);
    }

    void show(const agent_event::ToolProgress& progress) {
        if (progress.name == "run_command" || progress.text.empty()) return;
        if (++progress_[progress.call_id] > most_progress_lines) return;
        indented("  | " + one_line(harmless(progress.text)), Style::dim);
    }

    void show(const agent_event::ToolFinished& finished) {
        const auto& call = finished.call;
        if (!announced_.contains(call.id)) announce(call.id, call.name, call.arguments);
        const auto view = view_of(call, finished.outcome);
        // Of several calls at once: whose result is this?
        const bool next = last_call_ == call.id;
        const auto whose = next ? "" : call_line(call.name, call.arguments) + ": ";
        indented("  ⎿ " + whose + view.headline, view.good ? Style::dim : Style::red);
        for (const auto& line : view.lines) indented("    " + line, Style::dim);
        if (!view.diff.empty() && !diff_shown_.contains(call.id)) show_diff(view.diff);
        last_call_.clear();
    }

    void show(const agent_event::Notice& notice) {
        end_text();
        if (notice.kind == run_command::Notice::Kind::steering)
            side().line("Told to the model: " + one_line(harmless(notice.text)), Style::dim);
        else if (notice.kind != run_command::Notice::Kind::tool_result)
            side().line(notice.text, Style::yellow);
    }

    void show(const agent_event::Done& done) {
        end_text();
        if (done.error)
            error_line(done.sentence);
        else if (done.reason != StopReason::answered)
            side().line(done.sentence, Style::yellow);
        side().line(footer_text(done, model_), Style::dim);
        announced_.clear();
        diff_shown_.clear();
        progress_.clear();
        last_call_.clear();
    }

    void announce(const std::string& id, const std::string& tool, const std::string& arguments) {
        if (!announced_.insert(id).second) return;
        end_text();
        last_call_ = id;
        side().line(fit("● " + harmless(call_line(tool, arguments)), side().width()), Style::cyan);
    }

    void indented(const std::string& text, Style style) {
        side().line(fit(harmless(text), side().width()), style);
    }

    /// True if the line of the call says all that the preview does.
    bool is_on_line(const ApprovalRequest& request) {
        const auto line = call_line(request.tool, request.arguments);
        return display_width(line) + 2 <= side().width() && line.ends_with(request.preview);
    }

    /// All of it, however long: nobody shall allow what was not shown.
    void show_preview(const std::string& preview) {
        const bool diff = looks_like_diff(preview);
        for (const auto line : lines_of(preview))
            side().line("    " + std::string(line), diff ? style_of(line) : Style::plain);
    }

    void show_diff(const std::string& diff) {
        const auto lines = lines_of(diff);
        for (std::size_t i = 0; i < lines.size() && i < most_diff_lines; ++i)
            indented("    " + std::string(lines[i]), style_of(lines[i]));
        if (lines.size() > most_diff_lines)
            indented("    (" + count_text(lines.size() - most_diff_lines, "line") + " more)",
                     Style::dim);
    }

    static Style style_of(std::string_view diff_line) {
        if (diff_line.starts_with("+++") || diff_line.starts_with("---")) return Style::bold;
        if (diff_line.starts_with('+')) return Style::green;
        if (diff_line.starts_with('-')) return Style::red;
        return diff_line.starts_with("@@") ? Style::cyan : Style::plain;
    }

    void error_line(std::string_view text) {
        end_text();
        side().line("Error: " + std::string(text), Style::red);
    }

    void end_text() {
        out_.end_line();
        err_.end_line();
        text_shown_ = false;
        reasoning_shown_ = false;
    }

    /// For everything but the answers' text.
    Screen& side() { return out_.is_terminal() ? out_ : err_; }

    Screen out_{stdout};
    Screen err_{stderr};
    std::string model_;
    bool text_shown_ = false;
    bool reasoning_shown_ = false;
    std::set<std::string> announced_;   // calls that have their line
    std::set<std::string> diff_shown_;  // calls whose change was shown before it was made
    std::map<std::string, int> progress_;
    std::string last_call_;  // whose line is the last one
};

}  // namespace

std::unique_ptr<Output> make_terminal_output() { return std::make_unique<TerminalOutput>(); }

}  // namespace coding_agent
