#pragma once

#include "coding/glob.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace capstan::coding {

/// The patterns of one .gitignore file. Paths are relative to its folder.
class IgnoreRules {
public:
    IgnoreRules() = default;
    /// Patterns that cannot be understood are left out, as git does.
    explicit IgnoreRules(std::string_view text);

    /// True: ignored; false: explicitly not; nothing: not mentioned.
    std::optional<bool> decide(std::string_view path, bool folder) const;
    bool empty() const noexcept { return rules_.empty(); }

private:
    struct Rule {
        explicit Rule(Glob glob_) : glob(std::move(glob_)) {}

        Glob glob;
        bool negated = false;
        bool folders_only = false;
        bool whole_path = false;  ///< else only the last name is looked at
    };

    void add(std::string_view line);

    std::vector<Rule> rules_;
};

}  // namespace capstan::coding
