#include "schema/schema_pattern.hpp"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <cstdint>

namespace capstan::detail {

namespace {

constexpr std::size_t most_pattern_bytes = 10'000;
constexpr std::size_t most_text_bytes = 256 * 1024;
constexpr std::chrono::milliseconds most_time{100};
constexpr std::size_t steps_in_all = 2'000'000;  // some tens of milliseconds
constexpr std::uint32_t heap_kibibytes = 16 * 1024;

template <auto Free>
struct Freed {
    template <class T>
    void operator()(T* pointer) const noexcept {
        Free(pointer);
    }
};
using Code = std::unique_ptr<pcre2_code, Freed<pcre2_code_free>>;
using CompileContext = std::unique_ptr<pcre2_compile_context, Freed<pcre2_compile_context_free>>;
using MatchContext = std::unique_ptr<pcre2_match_context, Freed<pcre2_match_context_free>>;
using MatchData = std::unique_ptr<pcre2_match_data, Freed<pcre2_match_data_free>>;

/// As near to ECMAScript's syntax as PCRE2 comes.
Code compile(std::string_view pattern) {
    const CompileContext context(pcre2_compile_context_create(nullptr));
    pcre2_set_max_pattern_length(context.get(), most_pattern_bytes);
    pcre2_set_parens_nest_limit(context.get(), 100);
    pcre2_set_compile_extra_options(context.get(), PCRE2_EXTRA_ALT_BSUX);
    constexpr std::uint32_t options = PCRE2_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_ALT_BSUX |
                                      PCRE2_ALLOW_EMPTY_CLASS | PCRE2_MATCH_UNSET_BACKREF |
                                      PCRE2_NEVER_BACKSLASH_C;
    int error = 0;
    PCRE2_SIZE offset = 0;
    return Code(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(), options,
                              &error, &offset, context.get()));
}

/// The limit is one for each place where a match may begin.
std::uint32_t steps_for(std::string_view text) {
    return static_cast<std::uint32_t>(steps_in_all / (text.size() + 1) + 10);
}

}  // namespace

struct PatternMatcher::Compiled {
    Code code;
};

PatternMatcher::PatternMatcher() = default;
PatternMatcher::~PatternMatcher() = default;

const PatternMatcher::Compiled& PatternMatcher::compiled(std::string_view pattern) {
    const auto found = patterns_.find(pattern);
    if (found != patterns_.end()) return *found->second;
    auto added = std::make_unique<Compiled>();
    added->code = compile(pattern);
    return *patterns_.emplace(std::string(pattern), std::move(added)).first->second;
}

PatternMatcher::Result PatternMatcher::search(std::string_view pattern, std::string_view text) {
    if (text.size() > most_text_bytes || spent_ > most_time) return Result::undecided;
    const auto started = std::chrono::steady_clock::now();
    int found = PCRE2_ERROR_MATCHLIMIT;
    if (const pcre2_code* code = compiled(pattern).code.get()) {
        const MatchContext context(pcre2_match_context_create(nullptr));
        pcre2_set_match_limit(context.get(), steps_for(text));
        pcre2_set_heap_limit(context.get(), heap_kibibytes);
        const MatchData data(pcre2_match_data_create(1, nullptr));
        found = pcre2_match(code, reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), 0, 0,
                            data.get(), context.get());
    }
    spent_ += std::chrono::steady_clock::now() - started;
    if (found >= 0) return Result::matches;
    return found == PCRE2_ERROR_NOMATCH ? Result::differs : Result::undecided;
}

}  // namespace capstan::detail
