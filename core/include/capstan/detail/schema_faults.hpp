#pragma once

#include <capstan/json.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace capstan::detail {

/// What is wrong with one value, as far as it is known, and the place that is being looked at.
class Faults {
public:
    static constexpr std::size_t most = 10;

    Faults();
    /// For trying an alternative at the same place: `parent` learns nothing of its faults.
    Faults(Faults& parent, std::size_t limit);
    Faults(const Faults&) = delete;
    Faults& operator=(const Faults&) = delete;

    bool empty() const noexcept { return lines_.empty(); }
    /// Nothing more is wanted.
    bool full() const noexcept { return lines_.size() >= limit_; }
    /// One line each, "pages[2]: expected ...".
    std::string text() const;
    const std::vector<std::string>& lines() const noexcept { return lines_; }
    /// Whether a fault is that of the place itself, rather than of something in it.
    bool at_place() const noexcept { return at_place_; }
    /// What was expected, if that is the only fault and the place's own.
    const std::string& wanted() const noexcept { return wanted_; }

    void add(std::string_view text);
    /// "expected `what`, got 5"
    void expected(std::string_view what, const json::value& got);
    /// As expected("an array", got); also says so if it hides in a text.
    void expected_array(const json::value& got);
    void expected_object(const json::value& got);
    /// Takes over what an alternative found.
    void take(const Faults& other);

    /// Counts a step of work. False when there were too many of them, which alternatives within
    /// alternatives of a recursive type or schema can need.
    bool spend() noexcept;
    /// spend() if an alternative is tried, where work can multiply. A fault when used up.
    bool spend_in_alternative();

    /// While it lives, the place is an item, or a member.
    class Inside {
    public:
        Inside(Faults& faults, std::size_t index);
        Inside(Faults& faults, std::string_view member);
        ~Inside();
        Inside(const Inside&) = delete;
        Inside& operator=(const Inside&) = delete;

    private:
        Faults& faults_;
        std::size_t length_;
    };

private:
    std::string place_;
    std::size_t start_ = 0;  ///< length of the place where this began
    std::size_t limit_ = most;
    std::vector<std::string> lines_;
    bool at_place_ = false;
    std::string wanted_;
    Faults* parent_ = nullptr;
    std::size_t work_ = 0;  ///< of the outermost
};

}  // namespace capstan::detail
