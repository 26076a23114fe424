#pragma once

#include <capstan/content.hpp>

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace capstan::detail {

/// The text without its middle, so that about `max_bytes` are left, cut on the borders of UTF-8
/// characters. `note` stands in the gap, on a line of its own.
std::string without_middle(std::string_view text, std::size_t max_bytes, std::string_view note);

/// A result as the model is told of it.
struct LimitedResult {
    LimitedResult() = default;

    Content content;
    std::string spilled_to;  // empty: it is whole, or the whole was not kept
};

/// Cuts the texts of a result that has more than `max_bytes` of them (zero: no limit). The whole is
/// kept in a file of its own (mode 0600) in `directory`, whose name begins with `name`, unless the
/// directory is empty.
LimitedResult limit_result(Content content, std::size_t max_bytes,
                           const std::filesystem::path& directory, std::string_view name);

}  // namespace capstan::detail
