#include "coding/glob.hpp"

#include "coding/confined_path.hpp"

#include <capstan/tools/workspace.hpp>

#include <fmt/format.h>
#include <re2/re2.h>

namespace capstan::coding {
namespace {

constexpr std::size_t longest_pattern = 1000;

class Translator {
public:
    explicit Translator(std::string_view pattern) : pattern_(pattern) {}

    std::string run() {
        while (at_ < pattern_.size()) take(pattern_[at_++]);
        if (depth_ > 0) fail("a '{' without its '}'");
        return std::move(out_);
    }

private:
    [[noreturn]] void fail(std::string_view why) const {
        throw WorkspaceError(
            fmt::format("the glob pattern {} has {}", shown_path(pattern_), why));
    }

    bool next_is(char c) const { return at_ < pattern_.size() && pattern_[at_] == c; }

    void literal(char c) { out_ += re2::RE2::QuoteMeta(std::string(1, c)); }

    void take(char c) {
        switch (c) {
            case '*': return star();
            case '?': out_ += "[^/]"; return;
            case '[': return bracket();
            case '{': ++depth_, out_ += "(?:"; return;
            case '}': return close_brace();
            case ',': return depth_ > 0 ? void(out_ += '|') : literal(c);
            case '\\':
                if (at_ < pattern_.size()) return literal(pattern_[at_++]);
                return literal(c);
            default: literal(c);
        }
    }

    void close_brace() {
        if (depth_ == 0) return literal('}');
        --depth_;
        out_ += ')';
    }

    void star() {
        const bool at_start = at_ == 1 || pattern_[at_ - 2] == '/' || pattern_[at_ - 2] == '{' ||
                              pattern_[at_ - 2] == ',';
        if (!next_is('*')) {
            out_ += "[^/]*";
            return;
        }
        while (next_is('*')) ++at_;
        if (at_start && next_is('/')) {
            ++at_;
            out_ += "(?:.*/)?";
        } else {
            out_ += ".*";
        }
    }

    void bracket() {
        std::string set;
        const bool negated = next_is('!') || next_is('^');
        if (negated) ++at_;
        do {
            if (at_ >= pattern_.size()) fail("a '[' without its ']'");
            if (pattern_[at_] == '\\' && at_ + 1 < pattern_.size()) ++at_;
            const char c = pattern_[at_++];
            if (c == '\\' || c == '[' || c == ']' || c == '^' || c == '&' || c == '~') set += '\\';
            set += c;
        } while (!next_is(']'));
        ++at_;
        out_ += negated ? "[^/" + set + "]" : "[" + set + "]";
    }

    std::string_view pattern_;
    std::size_t at_ = 0;
    int depth_ = 0;
    std::string out_;
};

}  // namespace

std::string glob_expression(std::string_view pattern) {
    if (pattern.size() > longest_pattern) throw WorkspaceError("the glob pattern is too long");
    return Translator(pattern).run();
}

Glob::Glob(std::string_view pattern) {
    re2::RE2::Options options(re2::RE2::Latin1);  // names are bytes
    options.set_dot_nl(true);
    options.set_never_capture(true);
    options.set_log_errors(false);
    auto expression = std::make_shared<re2::RE2>(glob_expression(pattern), options);
    if (!expression->ok())
        throw WorkspaceError(fmt::format("the glob pattern {} cannot be used: {}",
                                         shown_path(pattern), expression->error()));
    expression_ = std::move(expression);
}

bool Glob::matches(std::string_view path) const {
    return re2::RE2::FullMatch(re2::StringPiece(path.data(), path.size()), *expression_);
}

}  // namespace capstan::coding
