#include "composition/chunk_redaction.hpp"

#include <capstan/redact.hpp>

#include <fmt/format.h>

#include <map>
#include <utility>
#include <variant>

namespace capstan::composition {
namespace {

/// The text in a field that comes in pieces; null: it has none. `Chunk` may be const.
template <class Chunk>
auto text_in(Chunk& chunk) -> decltype(chunk.value.if_string()) {
    if (chunk.name == "refusal") return chunk.value.if_string();
    if (chunk.name != "audio" || !chunk.value.is_object()) return nullptr;
    auto* transcript = chunk.value.get_object().if_contains("transcript");
    return transcript ? transcript->if_string() : nullptr;
}

/// The pieces of texts that a reader joins, by what they are joined to.
class Channels {
public:
    void add(const TextChunk& chunk, std::size_t n) { note("text", chunk.text, n); }
    void add(const ReasoningChunk& chunk, std::size_t n) {
        note("reasoning", chunk.text, n);
        note("hidden", chunk.hidden_text, n);
        for (std::size_t entry = 0; entry < chunk.details.size(); ++entry)
            add_detail(chunk.details[entry], n, entry);
    }
    void add(const ToolCallChunk& chunk, std::size_t n) {
        note(fmt::format("arguments {}", chunk.index), chunk.arguments, n);
    }
    void add(const UsageChunk&, std::size_t) {}
    void add(const FinishChunk&, std::size_t) {}
    void add(const ExtraChunk& chunk, std::size_t n) {
        if (const auto* text = text_in(chunk)) note(chunk.name, std::string(*text), n);
    }

    struct Piece {
        std::size_t chunk;
        std::size_t entry;   // of the details
        std::string member;  // of the entry; empty: not of the details
        std::string text;
    };
    const std::map<std::string, std::vector<Piece>>& all() const noexcept { return pieces_; }

private:
    void note(const std::string& channel, const std::string& text, std::size_t chunk) {
        if (!text.empty()) pieces_[channel].push_back(Piece{chunk, 0, {}, text});
    }

    void add_detail(const json::value& detail, std::size_t chunk, std::size_t entry) {
        const auto* object = detail.if_object();
        if (!object) return;
        const auto index = find_int(*object, "index").value_or(0);
        for (const auto& [key, value] : *object) {
            if (!value.is_string()) continue;
            pieces_[fmt::format("detail {} {}", index, std::string_view(key))].push_back(
                Piece{chunk, entry, std::string(key), std::string(value.get_string())});
        }
    }

    std::map<std::string, std::vector<Piece>> pieces_;
};

void replace(StreamChunk& chunk, const std::string& channel, const Channels::Piece& piece,
             std::string text) {
    if (auto* plain = std::get_if<TextChunk>(&chunk)) {
        plain->text = std::move(text);
    } else if (auto* call = std::get_if<ToolCallChunk>(&chunk)) {
        call->arguments = std::move(text);
    } else if (auto* thought = std::get_if<ReasoningChunk>(&chunk)) {
        if (!piece.member.empty())
            thought->details[piece.entry].as_object()[piece.member] = text;
        else if (channel == "hidden")
            thought->hidden_text = std::move(text);
        else
            thought->text = std::move(text);
    } else if (auto* extra = std::get_if<ExtraChunk>(&chunk)) {
        if (auto* old = text_in(*extra)) *old = text;
    }
}

// They have the text once more, by tokens and by bytes.
void empty_logprobs(std::vector<StreamChunk>& chunks) {
    for (auto& chunk : chunks)
        if (auto* extra = std::get_if<ExtraChunk>(&chunk); extra && extra->name == "logprobs")
            extra->value = json::object();
}

}  // namespace

void redact_across_chunks(std::vector<StreamChunk>& chunks,
                          const std::vector<std::string>& secrets) {
    Channels channels;
    for (std::size_t n = 0; n < chunks.size(); ++n)
        std::visit([&](const auto& chunk) { channels.add(chunk, n); }, chunks[n]);
    bool found = false;
    for (const auto& [channel, pieces] : channels.all()) {
        std::string joined;
        for (const auto& piece : pieces) joined += piece.text;
        auto clean = redact(joined, secrets);
        if (clean == joined) continue;
        found = true;
        for (const auto& piece : pieces)
            replace(chunks[piece.chunk], channel, piece, std::exchange(clean, std::string()));
    }
    if (found) empty_logprobs(chunks);
}

}  // namespace capstan::composition
