#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace capstan::coding {

/// A pattern for paths: '*' and '?' stop at a slash, "**" does not ("**/" is any folders, or none),
/// "[a-z]" and "[!a-z]" are one character, "{a,b}" either, '\' takes away a meaning. Matches in
/// time linear in the path, whatever the pattern. Immutable, thread-safe, cheap to copy.
class Glob {
public:
    /// Throws WorkspaceError for a pattern that is too long or does not end its brackets.
    explicit Glob(std::string_view pattern);

    bool matches(std::string_view path) const;

private:
    std::shared_ptr<const re2::RE2> expression_;
};

/// The regular expression for a whole path (not anchored). Throws as Glob does.
std::string glob_expression(std::string_view pattern);

}  // namespace capstan::coding
