#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace capstan::detail {

/// The regular expressions of schemas, for one check. They come from strangers, and so do the
/// texts: what cannot be compiled, or not within the bounds on work and time, stays undecided, for
/// which no value can be blamed.
class PatternMatcher {
public:
    PatternMatcher();
    ~PatternMatcher();
    PatternMatcher(const PatternMatcher&) = delete;
    PatternMatcher& operator=(const PatternMatcher&) = delete;

    enum class Result { matches, differs, undecided };
    Result search(std::string_view pattern, std::string_view text);

private:
    struct Compiled;

    const Compiled& compiled(std::string_view pattern);

    std::map<std::string, std::unique_ptr<Compiled>, std::less<>> patterns_;
    std::chrono::nanoseconds spent_{0};
};

}  // namespace capstan::detail
