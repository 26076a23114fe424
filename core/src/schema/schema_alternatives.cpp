#include "schema/schema_alternatives.hpp"

#include "schema/schema_words.hpp"

#include <algorithm>
#include <iterator>

namespace capstan::detail {

namespace {

constexpr std::size_t most_shown = 5;

std::string in_one_line(const Faults& faults) {
    std::string out;
    for (const std::string& line : faults.lines()) {
        if (!out.empty()) out += "; ";
        out += line;
    }
    return shortened(out, 300);
}

/// "a string, a number", if each alternative says just that; else nothing.
std::string all_wanted(const std::vector<const Faults*>& tried) {
    std::string out;
    for (const Faults* one : tried) {
        if (one->wanted().empty()) return {};
        if (out.find(one->wanted()) != std::string::npos) continue;
        if (!out.empty()) out += " or ";
        out += one->wanted();
    }
    return out;
}

}  // namespace

void add_alternatives(Faults& faults, const json::value& value,
                      const std::vector<const Faults*>& tried) {
    // What is wrong inside says more than that the whole is of the wrong kind.
    std::vector<const Faults*> close;
    std::copy_if(tried.begin(), tried.end(), std::back_inserter(close),
                 [](const Faults* one) { return !one->at_place(); });
    if (close.size() == 1) return faults.take(*close.front());
    if (tried.size() == 1) return faults.take(*tried.front());
    const auto& shown = close.empty() ? tried : close;
    if (const std::string wanted = all_wanted(shown); !wanted.empty()) {
        return faults.expected(wanted, value);
    }
    std::string text = "fits none of the alternatives";
    for (std::size_t i = 0; i < std::min(shown.size(), most_shown); ++i) {
        text += i == 0 ? ": " : " or ";
        text += '(' + in_one_line(*shown[i]) + ')';
    }
    faults.add(text);
}

}  // namespace capstan::detail
