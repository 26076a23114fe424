#pragma once

#include "coding/glob.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace capstan::coding {

/// Which files below a folder are meant by a glob: by their path from there or, if the pattern has
/// no slash, by their name. An empty pattern means all.
class PathFilter {
public:
    /// `folder` as Workspace::relative() gives it. Throws WorkspaceError for an unusable pattern.
    PathFilter(std::string_view folder, std::string_view pattern)
        : prefix_(folder == "." ? 0 : folder.size() + 1),
          by_name_(pattern.find('/') == pattern.npos) {
        while (pattern.starts_with("./")) pattern.remove_prefix(2);
        if (!pattern.empty()) glob_.emplace(pattern);
    }

    /// `path` is relative to the workspace.
    bool accepts(std::string_view path) const {
        if (!glob_) return true;
        return glob_->matches(path.substr(by_name_ ? path.rfind('/') + 1 : prefix_));
    }

private:
    std::size_t prefix_;
    bool by_name_;
    std::optional<Glob> glob_;
};

}  // namespace capstan::coding
