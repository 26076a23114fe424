#pragma once

#include <capstan/chunk.hpp>
#include <capstan/text_joiner.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace capstan {

/// Finds out which call each streamed fragment belongs to (wire reference 4.4) and turns it into a
/// ToolCallChunk. Pure.
///
/// A fragment belongs to the latest call with its index; without an index to the call with its id,
/// else to the last call. A new id on a known index is a new call. Names and ids that are repeated
/// are ignored.
class ToolCallTracker {
public:
    /// The value of `tool_calls` in one delta or message.
    void add(const json::array& fragments, std::vector<StreamChunk>& out);

    /// The legacy `function_call` of a delta or message: one call without index and id.
    void add_function_call(const json::object& function, std::vector<StreamChunk>& out);

    /// Hands out what was held back because a character was cut in half.
    void finish(std::vector<StreamChunk>& out);

    /// True if any fragment was seen, also one without a name.
    bool any() const noexcept { return !calls_.empty(); }

    /// True if at least one call has a name, so that it can be executed.
    bool any_complete() const noexcept;

private:
    /// A fragment as read from the wire.
    struct Fragment {
        std::optional<std::int64_t> index;
        std::string_view id;
        std::string_view name;
        std::string_view arguments_text;
        std::string arguments_json;  ///< in place of the text, for arguments that came as JSON
        json::object extra;
        std::size_t position = 0;  ///< in the delta's array
        std::size_t siblings = 1;  ///< fragments in this array

        std::string_view arguments() const noexcept {
            return arguments_json.empty() ? arguments_text : std::string_view(arguments_json);
        }
    };

    struct Call {
        std::optional<std::int64_t> index;
        std::string id;
        std::string name;
        TextJoiner arguments;
        bool came_whole = false;     ///< its first arguments were a whole JSON object
        bool has_arguments = false;
        std::size_t delta = 0;       ///< number of the delta that opened it
    };

    static void read_function(Fragment& fragment, std::string_view kind,
                              const json::object& function);
    static Fragment read(const json::object& object);
    void add_fragment(Fragment fragment, std::vector<StreamChunk>& out);
    std::size_t call_for(const Fragment& fragment);
    std::optional<std::size_t> find_by_index(const Fragment& fragment) const;
    std::optional<std::size_t> find_unindexed(const Fragment& fragment) const;
    std::optional<std::size_t> find_without_index(const Fragment& fragment) const;
    bool opens_another(const Call& call, const Fragment& fragment) const;

    std::vector<Call> calls_;
    std::size_t deltas_ = 0;
};

}  // namespace capstan
