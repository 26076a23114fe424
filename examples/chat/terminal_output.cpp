// For a person: the answer on standard output, everything else on standard error.
#include "output.hpp"

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include <unistd.h>

namespace chat {
namespace {

using namespace capstan;

/// One of the two standard streams, with its own idea of colour.
class Stream {
public:
    explicit Stream(std::FILE* file)
        : file_(file), terminal_(isatty(fileno(file)) != 0), colour_(terminal_ && wants_colour()) {}

    bool is_terminal() const { return terminal_; }

    void write(std::string_view text, bool dim = false) {
        if (text.empty()) return;
        if (dim != dimmed_ && colour_) put(dim ? "\033[2m" : "\033[0m");
        dimmed_ = dim;
        put(terminal_ ? harmless(text) : std::string(text));
        line_open_ = text.back() != '\n';
        std::fflush(file_);
    }

    void end_line() {
        if (line_open_) write("\n", dimmed_);
        if (dimmed_ && colour_) put("\033[0m");
        dimmed_ = false;
        std::fflush(file_);
    }

private:
    static bool wants_colour() {
        const char* no_colour = std::getenv("NO_COLOR");
        return no_colour == nullptr || *no_colour == '\0';
    }

    /// Without control characters: an answer must not drive the terminal.
    static std::string harmless(std::string_view text) {
        std::string out;
        for (const char c : text)
            if ((static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) || c == '\n' || c == '\t')
                out += c;
        return out;
    }

    void put(std::string_view text) { std::fwrite(text.data(), 1, text.size(), file_); }

    std::FILE* file_;
    bool terminal_;
    bool colour_;
    bool dimmed_ = false;
    bool line_open_ = false;
};

std::string tokens_text(const Usage& usage) {
    const auto count = [](const std::optional<std::int64_t>& n) {
        return n ? std::to_string(*n) : std::string("?");
    };
    std::string text = count(usage.input_tokens) + " in, " + count(usage.output_tokens) + " out";
    if (usage.reasoning_tokens.value_or(0) > 0)
        text += " (" + count(usage.reasoning_tokens) + " reasoning)";
    if (usage.cache_read_tokens.value_or(0) > 0)
        text += ", " + count(usage.cache_read_tokens) + " from the cache";
    if (usage.cache_write_tokens.value_or(0) > 0)
        text += ", " + count(usage.cache_write_tokens) + " into the cache";
    return text;
}

/// "$0.000042 · 12 in, 8 out · openai/gpt-5-mini by OpenAI"
std::string summary_text(const std::optional<Usage>& usage, const FinishChunk& finish) {
    std::string text = "cost and tokens unknown";
    if (usage && usage->known())
        text = (usage->total_cost ? "$" + usage->total_cost->to_string() : "cost unknown") +
               ", tokens: " + tokens_text(*usage);
    if (!finish.model.empty()) text += " | " + finish.model;
    if (!finish.provider.empty()) text += " by " + finish.provider;
    return text;
}

std::string_view finish_note(FinishReason reason) {
    switch (reason) {
        case FinishReason::length:
            return "(cut off: the answer reached its longest length)";
        case FinishReason::content_filter:
            return "(cut off by a content filter)";
        default:
            return {};
    }
}

class TerminalOutput final : public Output {
public:
    void begin() override {
        usage_.reset();
        reasoning_shown_ = false;
        text_shown_ = false;
    }

    void chunk(const StreamChunk& chunk) override {
        if (const auto* text = std::get_if<TextChunk>(&chunk)) show_text(text->text);
        if (const auto* reasoning = std::get_if<ReasoningChunk>(&chunk)) show(*reasoning);
        if (const auto* usage = std::get_if<UsageChunk>(&chunk)) usage_ = usage->usage;
        if (const auto* finish = std::get_if<FinishChunk>(&chunk)) finish_ = *finish;
    }

    void retry(int attempt, int max_retries, std::chrono::milliseconds delay,
               const ApiError& error) override {
        out_.end_line();
        err_.write(std::string(error.what()) + "\nRetry " + std::to_string(attempt) + " of " +
                       std::to_string(max_retries) + " in " + std::to_string(delay.count()) +
                       " ms.",
                   true);
        err_.end_line();
    }

    void message(const AssistantMessage& message) override {
        end_lines();
        for (const auto& call : message.tool_calls) {
            out_.write("[tool call " + call.name + ' ' + call.arguments + ']');
            out_.end_line();
        }
        const bool silent = message.tool_calls.empty() && text_of(message.content).empty();
        const std::string_view note =
            silent ? "(the model gave no answer)" : finish_note(finish_.reason);
        if (!note.empty()) {
            err_.write(note);
            err_.end_line();
        }
        err_.write(summary_text(usage_, finish_), true);
        err_.end_line();
    }

    void error(const ApiError& error) override {
        end_lines();
        err_.write(error.kind() == ErrorKind::cancelled ? "(cancelled)"
                                                        : "Error: " + std::string(error.what()));
        err_.end_line();
    }

private:
    void show_text(const std::string& text) {
        if (text.empty()) return;
        if (reasoning_shown_ && !text_shown_) {
            reasoning_stream().end_line();
            reasoning_stream().write("\n");
        }
        text_shown_ = true;
        out_.write(text);
    }

    void show(const ReasoningChunk& reasoning) {
        reasoning_shown_ = reasoning_shown_ || !reasoning.text.empty();
        if (out_.is_terminal() && text_shown_ && !reasoning.text.empty()) out_.end_line();
        reasoning_stream().write(reasoning.text, true);
    }

    /// A file or a program gets the answer alone.
    Stream& reasoning_stream() { return out_.is_terminal() ? out_ : err_; }

    void end_lines() {
        out_.end_line();
        err_.end_line();
    }

    Stream out_{stdout};
    Stream err_{stderr};
    std::optional<Usage> usage_;
    FinishChunk finish_;
    bool reasoning_shown_ = false;
    bool text_shown_ = false;
};

}  // namespace

std::unique_ptr<Output> make_terminal_output() { return std::make_unique<TerminalOutput>(); }

}  // namespace chat
