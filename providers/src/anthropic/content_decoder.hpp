#pragma once

#include <capstan/chunk.hpp>
#include <capstan/text_joiner.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <vector>

namespace capstan::anthropic {

/// Turns the content blocks of one answer into chunks. Pure. Blocks that begin, go on and end in an
/// unusual order are read as well as they can be; nothing here is fatal.
class ContentDecoder {
public:
    /// `format`: of the reasoning details. Set before the first block.
    void set_format(std::string_view format) { format_ = format; }

    void start(std::optional<std::int64_t> index, const json::object& block,
               std::vector<StreamChunk>& out);
    void delta(std::optional<std::int64_t> index, const json::object& delta,
               std::vector<StreamChunk>& out);
    void stop(std::optional<std::int64_t> index, std::vector<StreamChunk>& out);

    /// The end of the answer: ends open blocks, and hands out how they lay where that matters.
    /// Until then a block without a chunk of its own is told as a "debug" one when it ends.
    void finish(std::vector<StreamChunk>& out);

    bool empty() const noexcept { return !any_content_; }
    bool any_call() const noexcept { return any_call_; }

private:
    enum class Kind { text, thinking, redacted, call, raw };

    struct Block {
        Block() = default;

        Kind kind = Kind::raw;
        std::int64_t index = 0;     // the wire's
        bool open = true;
        std::size_t call = 0;       // number of the call
        std::size_t bytes = 0;      // of text
        TextJoiner joiner;          // of text, thoughts or arguments
        std::string signature;      // held until the end of the block
        std::string input;          // what deltas told of it
        bool cut = false;           // raw, its input incomplete: it cannot go back
        json::object raw;           // the block as it started
        json::array citations;
    };

    static Kind kind_of(std::string_view type) noexcept;
    Block& open_block(std::optional<std::int64_t> index, Kind kind);
    Block* find_block(std::optional<std::int64_t> index) noexcept;
    Block& block_for(std::optional<std::int64_t> index, std::string_view delta_type);

    void add_text(Block& block, std::string_view text, std::vector<StreamChunk>& out);
    void add_thought(Block& block, std::string_view text, std::vector<StreamChunk>& out);
    void add_arguments(Block& block, std::string_view text, std::vector<StreamChunk>& out);
    void add_citation(Block& block, const json::value& citation, std::vector<StreamChunk>& out);
    void add_unknown(Block& block, const json::object& delta, std::vector<StreamChunk>& out);
    void start_call(Block& block, const json::object& started, std::vector<StreamChunk>& out);
    void start_redacted(Block& block, const json::object& started, std::vector<StreamChunk>& out);
    void close(Block& block, std::vector<StreamChunk>& out);
    void close_call(Block& block, std::vector<StreamChunk>& out);
    void close_raw(Block& block, std::vector<StreamChunk>& out);
    void emit_detail(const Block& block, std::string_view type, std::string_view key,
                     std::string_view payload, std::string shown, std::vector<StreamChunk>& out);
    void emit_layout(std::vector<StreamChunk>& out);
    bool is_plain() const noexcept;

    std::string format_;
    std::vector<Block> blocks_;
    std::size_t calls_ = 0;
    std::unordered_map<std::int64_t, std::size_t> places_;  // of the wire's indexes, the latest
    bool told_ = false;  // how they lie
    bool any_content_ = false;
    bool any_call_ = false;
};

}  // namespace capstan::anthropic
