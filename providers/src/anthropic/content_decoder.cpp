#include "anthropic/content_decoder.hpp"

#include "anthropic/native_content.hpp"
#include "chat/chunk_memory.hpp"

#include <utility>

namespace capstan::anthropic {
namespace {

std::string_view text_in(const json::object& object, std::string_view name) noexcept {
    return find_string(object, name).value_or(std::string_view());
}

json::object owned(const json::object& object) { return json::object(object, json::storage_ptr()); }

void emit_extra(std::string_view name, json::value value, std::vector<StreamChunk>& out) {
    ExtraChunk chunk;
    chunk.name = name;
    chunk.value = std::move(value);
    out.emplace_back(std::move(chunk));
}

// What consumers of any provider know: a link to the source of a statement.
std::optional<json::object> url_annotation(const json::object& citation) {
    const std::string_view url = text_in(citation, "url");
    if (url.empty()) return std::nullopt;
    json::object link;
    link["url"] = to_valid_utf8(url);
    link["title"] = to_valid_utf8(text_in(citation, "title"));
    link["content"] = to_valid_utf8(text_in(citation, "cited_text"));
    json::object annotation;
    annotation["type"] = "url_citation";
    annotation["url_citation"] = std::move(link);
    return annotation;
}

bool is_plain_caller(const json::value& caller) {
    const json::object* object = caller.if_object();
    return !object || text_in(*object, "type") == "direct";
}

json::object call_extra(const json::object& started) {
    json::object extra;
    if (const json::value* caller = find(started, "caller"); caller && !is_plain_caller(*caller))
        extra["caller"] = json::value(*caller, {});
    if (const json::value* name = find(started, "toolset_name"); name && name->is_string())
        extra["toolset_name"] = json::value(*name, {});
    return extra;
}

}  // namespace

ContentDecoder::Kind ContentDecoder::kind_of(std::string_view type) noexcept {
    if (type == "text" || type == "text_delta" || type == "citations_delta") return Kind::text;
    if (type == "thinking" || type == "thinking_delta" || type == "signature_delta")
        return Kind::thinking;
    if (type == "redacted_thinking") return Kind::redacted;
    return type == "tool_use" || type == "input_json_delta" ? Kind::call : Kind::raw;
}

ContentDecoder::Block& ContentDecoder::open_block(std::optional<std::int64_t> index, Kind kind) {
    Block& block = blocks_.emplace_back();
    block.kind = kind;
    block.index = index.value_or(static_cast<std::int64_t>(blocks_.size()) - 1);
    if (kind == Kind::call) block.call = calls_++;
    places_[block.index] = blocks_.size() - 1;
    return block;
}

ContentDecoder::Block* ContentDecoder::find_block(std::optional<std::int64_t> index) noexcept {
    if (!index) return blocks_.empty() ? nullptr : &blocks_.back();
    const auto found = places_.find(*index);
    return found == places_.end() ? nullptr : &blocks_[found->second];
}

ContentDecoder::Block& ContentDecoder::block_for(std::optional<std::int64_t> index,
                                                 std::string_view delta_type) {
    Block* block = find_block(index);
    return block ? *block : open_block(index, kind_of(delta_type));
}

void ContentDecoder::start(std::optional<std::int64_t> index, const json::object& started,
                           std::vector<StreamChunk>& out) {
    Block& block = open_block(index, kind_of(text_in(started, "type")));
    switch (block.kind) {
        case Kind::text:
            add_text(block, text_in(started, "text"), out);
            if (const json::array* citations = find_array(started, "citations"))
                for (const json::value& citation : *citations) add_citation(block, citation, out);
            break;
        case Kind::thinking:
            add_thought(block, text_in(started, "thinking"), out);
            block.signature = text_in(started, "signature");
            break;
        case Kind::redacted: start_redacted(block, started, out); break;
        case Kind::call: start_call(block, started, out); break;
        case Kind::raw:
            block.raw = owned(started);
            any_content_ = true;
            break;
    }
}

void ContentDecoder::start_redacted(Block& block, const json::object& started,
                                    std::vector<StreamChunk>& out) {
    const std::string_view data = text_in(started, "data");
    if (!data.empty()) emit_detail(block, "reasoning.encrypted", "data", data, {}, out);
}

void ContentDecoder::start_call(Block& block, const json::object& started,
                                std::vector<StreamChunk>& out) {
    any_content_ = true;
    ToolCallChunk chunk;
    chunk.index = block.call;
    chunk.id = to_valid_utf8(text_in(started, "id"));
    chunk.name = to_valid_utf8(text_in(started, "name"));
    chunk.extra = call_extra(started);
    any_call_ |= !chunk.name.empty();
    // Whole in an answer that is not streamed; else an empty object before its fragments.
    const json::value* input = find(started, "input");
    const bool blank = !input || input->is_null() ||
                       (input->is_object() && input->get_object().empty());
    if (!blank) block.raw["input"] = json::value(*input, {});
    out.emplace_back(std::move(chunk));
}

void ContentDecoder::delta(std::optional<std::int64_t> index, const json::object& delta,
                           std::vector<StreamChunk>& out) {
    const std::string_view type = text_in(delta, "type");
    Block& block = block_for(index, type);
    if (type == "text_delta" && block.kind == Kind::text) {
        add_text(block, text_in(delta, "text"), out);
    } else if (type == "thinking_delta" && block.kind == Kind::thinking) {
        add_thought(block, text_in(delta, "thinking"), out);
    } else if (type == "signature_delta" && block.kind == Kind::thinking) {
        const std::string_view signature = text_in(delta, "signature");
        if (!signature.empty()) block.signature = signature;
    } else if (type == "input_json_delta" && block.kind == Kind::call) {
        add_arguments(block, text_in(delta, "partial_json"), out);
    } else if (type == "input_json_delta" && block.kind == Kind::raw) {
        block.input += text_in(delta, "partial_json");
    } else if (type == "citations_delta" && block.kind == Kind::text) {
        if (const json::value* citation = find(delta, "citation"))
            add_citation(block, *citation, out);
    } else {
        add_unknown(block, delta, out);
    }
}

void ContentDecoder::add_text(Block& block, std::string_view text, std::vector<StreamChunk>& out) {
    if (text.empty()) return;
    any_content_ = true;
    std::string joined = block.joiner.join(text);
    block.bytes += joined.size();
    if (!joined.empty()) out.emplace_back(std::in_place_type<TextChunk>, std::move(joined));
}

void ContentDecoder::add_thought(Block& block, std::string_view text,
                                 std::vector<StreamChunk>& out) {
    if (text.empty()) return;
    emit_detail(block, "reasoning.text", "text", text, block.joiner.join(text), out);
}

void ContentDecoder::add_arguments(Block& block, std::string_view text,
                                   std::vector<StreamChunk>& out) {
    any_content_ = true;
    block.input += text;
    ToolCallChunk chunk;
    chunk.index = block.call;
    chunk.arguments = block.joiner.join(text);
    if (!chunk.arguments.empty()) out.emplace_back(std::move(chunk));
}

void ContentDecoder::add_citation(Block& block, const json::value& citation,
                                  std::vector<StreamChunk>& out) {
    block.citations.push_back(json::value(citation, json::storage_ptr()));
    const json::object* object = citation.if_object();
    if (auto annotation = object ? url_annotation(*object) : std::nullopt) {
        json::array list;
        list.push_back(*std::move(annotation));
        emit_extra("annotations", std::move(list), out);
    }
}

// A later kind of delta: told as it is; its texts continue the block's members of the same name.
void ContentDecoder::add_unknown(Block& block, const json::object& delta,
                                 std::vector<StreamChunk>& out) {
    json::object seen;
    seen["index"] = block.index;
    seen["delta"] = owned(delta);
    emit_extra("debug", std::move(seen), out);
    if (block.kind != Kind::raw) return;
    for (const auto& member : delta) {
        if (member.key() == "type") continue;
        json::value& present = block.raw[member.key()];
        if (present.is_string() && member.value().is_string())
            present.get_string() += member.value().get_string();
        else
            present = json::value(member.value(), json::storage_ptr());
    }
}

void ContentDecoder::emit_detail(const Block& block, std::string_view type, std::string_view key,
                                 std::string_view payload, std::string shown,
                                 std::vector<StreamChunk>& out) {
    any_content_ = true;
    ChunkMemory* memory = nullptr;
    const auto storage = json::make_shared_resource<ChunkMemory>(memory);
    json::array details(storage);
    json::object& entry = details.emplace_back(json::object(storage)).get_object();
    entry["type"] = type;
    entry[key] = payload;
    entry["format"] = format_;
    entry["index"] = block.index;
    memory->seal();
    ReasoningChunk chunk(std::move(details));
    chunk.text = std::move(shown);
    chunk.details_present = true;
    out.emplace_back(std::move(chunk));
}

void ContentDecoder::stop(std::optional<std::int64_t> index, std::vector<StreamChunk>& out) {
    if (Block* block = find_block(index)) close(*block, out);
}

void ContentDecoder::close(Block& block, std::vector<StreamChunk>& out) {
    if (!std::exchange(block.open, false)) return;
    if (block.kind == Kind::call) return close_call(block, out);
    if (block.kind == Kind::raw) return close_raw(block, out);
    std::string rest = block.joiner.flush();
    if (block.kind == Kind::text && !rest.empty()) {
        block.bytes += rest.size();
        out.emplace_back(std::in_place_type<TextChunk>, std::move(rest));
    } else if (block.kind == Kind::thinking && !block.signature.empty()) {
        emit_detail(block, "reasoning.text", "signature", block.signature, std::move(rest), out);
    } else if (block.kind == Kind::thinking && !rest.empty()) {
        ReasoningChunk chunk;
        chunk.text = std::move(rest);
        out.emplace_back(std::move(chunk));
    }
}

void ContentDecoder::close_call(Block& block, std::vector<StreamChunk>& out) {
    ToolCallChunk chunk;
    chunk.index = block.call;
    chunk.arguments = block.joiner.flush();
    if (const json::value* input = find(block.raw, "input"); input && block.input.empty())
        chunk.arguments = to_json_text(*input);
    if (!chunk.arguments.empty()) out.emplace_back(std::move(chunk));
}

void ContentDecoder::close_raw(Block& block, std::vector<StreamChunk>& out) {
    if (!block.input.empty()) {
        auto input = try_parse_json(block.input);
        block.cut = !input;
        block.raw["input"] = input ? *std::move(input) : json::value(to_valid_utf8(block.input));
    }
    json::object seen;
    seen["index"] = block.index;
    seen["content_block"] = block.raw;
    emit_extra("debug", std::move(seen), out);
}

void ContentDecoder::finish(std::vector<StreamChunk>& out) {
    for (Block& block : blocks_) close(block, out);
    if (!is_plain() && !std::exchange(told_, true)) emit_layout(out);
}

// True if the message itself tells the order: thoughts, one text, calls.
bool ContentDecoder::is_plain() const noexcept {
    int reached = 0;
    for (const Block& block : blocks_) {
        if (block.cut || (block.kind == Kind::text && block.bytes == 0)) continue;
        if (block.kind == Kind::raw || !block.citations.empty()) return false;
        const bool thought = block.kind == Kind::thinking || block.kind == Kind::redacted;
        const int rank = thought ? 0 : block.kind == Kind::text ? 1 : 2;
        if (rank < reached || (rank == 1 && reached == 1)) return false;
        reached = rank;
    }
    return true;
}

void ContentDecoder::emit_layout(std::vector<StreamChunk>& out) {
    json::array list;
    for (const Block& block : blocks_) {
        if (block.cut) continue;
        json::object place;
        switch (block.kind) {
            case Kind::text:
                if (block.bytes == 0) continue;
                place["type"] = "text";
                place["bytes"] = block.bytes;
                if (!block.citations.empty()) place["citations"] = block.citations;
                break;
            case Kind::thinking:
            case Kind::redacted: place["type"] = "thinking"; break;
            case Kind::call: place["type"] = "tool_use"; break;
            case Kind::raw: place = block.raw; break;
        }
        list.push_back(std::move(place));
    }
    json::object native;
    native["format"] = native_format;
    native["blocks"] = std::move(list);
    emit_extra(native_content, std::move(native), out);
}

}  // namespace capstan::anthropic
