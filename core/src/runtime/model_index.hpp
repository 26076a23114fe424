#pragma once

#include <capstan/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace capstan::detail {

/// What the index knows of one catalogue row.
struct ModelRow {
    std::string id;
    std::string canonical_slug;
    std::string alias_target;  ///< id or canonical slug; empty for an ordinary model
};

/// One page of GET /models, taken apart: each row with its entry as JSON text.
struct ModelPage {
    std::vector<std::pair<ModelRow, std::string>> rows;
    std::string next_query;  ///< "?offset=500" of `links.next`; empty at the end
};

/// Malformed entries are skipped. Throws ApiError of kind malformed when this is no list at all.
ModelPage parse_model_page(std::string_view body);

/// Which models there are and by which names they go. Small: the entries themselves are apart.
class ModelIndex {
public:
    ModelIndex(std::int64_t fetched_at, std::vector<ModelRow> rows);

    /// The stored form; nothing if it is not ours.
    static std::optional<ModelIndex> parse(std::string_view text);
    std::string to_text() const;

    /// Milliseconds since the epoch.
    std::int64_t fetched_at() const noexcept { return fetched_at_; }
    const std::vector<ModelRow>& rows() const noexcept { return rows_; }

    /// The id of the row that describes `model`; nothing if there is none. Never a row of another
    /// variant: "x/y" is not described by "x/y:free", nor the reverse.
    std::optional<std::string> resolve(std::string_view model) const;

private:
    const ModelRow* find_row(const std::string& name) const;

    std::int64_t fetched_at_;
    std::vector<ModelRow> rows_;
    std::unordered_map<std::string, std::size_t> by_id_;
    std::unordered_map<std::string, std::size_t> by_slug_;
};

}  // namespace capstan::detail
