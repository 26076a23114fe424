#include <capstan/detail/schema_faults.hpp>

#include "schema/schema_words.hpp"

#include <algorithm>
#include <string>

namespace capstan::detail {

namespace {
constexpr std::size_t most_work = 200'000;

/// Models like to send a text that holds the JSON of an array or object.
std::string_view in_text_words(const json::value& value, char opening) {
    const auto* text = value.if_string();
    if (!text || text->empty() || text->front() != opening) return {};
    return " (give the value itself, not a text that holds it)";
}

}  // namespace

Faults::Faults() = default;

Faults::Faults(Faults& parent, std::size_t limit)
    : place_(parent.place_), start_(place_.size()), limit_(limit), parent_(&parent) {}

std::string Faults::text() const {
    std::string out;
    for (const std::string& line : lines_) {
        if (!out.empty()) out += '\n';
        out += line;
    }
    return out;
}

void Faults::add(std::string_view text) {
    if (full()) return;
    at_place_ = at_place_ || place_.size() == start_;
    wanted_.clear();
    std::string line;
    if (!place_.empty()) line = place_ + ": ";
    line += text;
    // A value may offend a schema twice in the same way, through allOf for one.
    if (std::find(lines_.begin(), lines_.end(), line) == lines_.end()) {
        lines_.push_back(std::move(line));
    }
}

void Faults::expected(std::string_view what, const json::value& got) {
    std::string text = "expected ";
    text += what;
    text += ", got ";
    text += value_words(got);
    const bool only = empty() && place_.size() == start_;
    add(text);
    if (only) wanted_ = what;
}

void Faults::expected_array(const json::value& got) {
    const std::string_view hint = in_text_words(got, '[');
    if (hint.empty()) return expected("an array", got);
    add("expected an array, got " + value_words(got) + std::string(hint));
}

void Faults::expected_object(const json::value& got) {
    const std::string_view hint = in_text_words(got, '{');
    if (hint.empty()) return expected("an object", got);
    add("expected an object, got " + value_words(got) + std::string(hint));
}

void Faults::take(const Faults& other) {
    for (const std::string& line : other.lines_) {
        if (full()) return;
        if (std::find(lines_.begin(), lines_.end(), line) == lines_.end()) lines_.push_back(line);
    }
    at_place_ = at_place_ || other.at_place_;
    if (lines_.size() == other.lines_.size()) wanted_ = other.wanted_;
}

bool Faults::spend() noexcept {
    Faults* outermost = this;
    while (outermost->parent_) outermost = outermost->parent_;
    return ++outermost->work_ <= most_work;
}

bool Faults::spend_in_alternative() {
    if (!parent_ || spend()) return true;
    if (empty()) add("nested too deeply in alternatives to be read");
    return false;
}

Faults::Inside::Inside(Faults& faults, std::size_t index)
    : faults_(faults), length_(faults.place_.size()) {
    faults.place_ += '[';
    faults.place_ += std::to_string(index);
    faults.place_ += ']';
}

Faults::Inside::Inside(Faults& faults, std::string_view member)
    : faults_(faults), length_(faults.place_.size()) {
    append_member(faults.place_, member);
}

Faults::Inside::~Inside() { faults_.place_.resize(length_); }

}  // namespace capstan::detail
