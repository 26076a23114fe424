#include "anthropic/content_blocks.hpp"

#include "anthropic/data_url.hpp"

#include <capstan/error.hpp>

#include <algorithm>
#include <optional>

namespace capstan::anthropic {
namespace {

constexpr std::string_view no_sound = "[A sound recording, which cannot be sent to this model.]";

bool is_url(std::string_view text) noexcept {
    return text.starts_with("https://") || text.starts_with("http://");
}

ObjectText begin_source(ObjectText& block, std::string_view type) {
    ObjectText source(block.key("source"));
    source.text("type", type);
    return source;
}

void append_source(ObjectText& block, std::string_view type, std::string_view name,
                   std::string_view value) {
    auto source = begin_source(block, type);
    source.text(name, value).end();
}

void append_base64(ObjectText& block, const DataUrl& data) {
    auto source = begin_source(block, "base64");
    source.text("media_type", data.media_type).text("data", data.data).end();
}

void append_image(ListText& blocks, std::string_view url) {
    ObjectText block(blocks.next());
    block.text("type", "image");
    const auto data = read_data_url(url);
    if (data && data->base64) append_base64(block, *data);
    else append_source(block, "url", "url", url);
    block.end();
}

bool is_textual(std::string_view type) noexcept {
    constexpr std::string_view others[] = {
        "application/javascript", "application/json",   "application/sql",
        "application/toml",       "application/x-sh",   "application/x-yaml",
        "application/xml",        "application/yaml",   "application/x-javascript",
        "application/typescript", "application/x-ndjson"};
    return type.starts_with("text/") || type.ends_with("+json") || type.ends_with("+xml") ||
           type.ends_with("+yaml") || std::ranges::find(others, type) != std::end(others);
}

void append_data_document(ObjectText& block, const DataUrl& data, const std::string& filename) {
    if (is_textual(data.media_type)) {
        auto source = begin_source(block, "text");
        source.text("media_type", "text/plain").text("data", decoded(data)).end();
    } else if (data.media_type == "application/pdf" && data.base64) {
        append_base64(block, data);
    } else {
        throw ApiError(ErrorKind::invalid_request,
                       "the file \"" + filename + "\" is of the type " + data.media_type +
                           ", which the model does not take",
                       "give texts, pictures and PDF, the latter two as data:TYPE;base64,...");
    }
}

void append_document(ListText& blocks, const FilePart& part) {
    const auto data = read_data_url(part.data);
    if (data && data->base64 && data->media_type.starts_with("image/"))
        return append_image(blocks, part.data);
    if (!data && part.id.empty() && !is_url(part.data)) {
        throw ApiError(ErrorKind::invalid_request,
                       "the file \"" + part.filename + "\" is neither a URL nor a data URL",
                       "give its data as data:TYPE;base64,... or as an https URL");
    }
    ObjectText block(blocks.next());
    block.text("type", "document");
    if (!part.id.empty()) append_source(block, "file", "file_id", part.id);
    else if (data) append_data_document(block, *data, part.filename);
    else append_source(block, "url", "url", part.data);
    if (!part.filename.empty()) block.text("title", part.filename);
    block.end();
}

bool has_mark(const ContentPart& part) noexcept {
    if (const auto* text = std::get_if<TextPart>(&part)) return text->cache_control.has_value();
    const auto* raw = std::get_if<RawPart>(&part);
    return raw && find_object(raw->value, "cache_control");
}

void append_raw(ListText& blocks, const RawPart& part, bool drop_mark) {
    if (!drop_mark) return append_json_text(blocks.next(), part.value);
    json::object copy = part.value;
    copy.erase("cache_control");
    append_json_text(blocks.next(), copy);
}

// `mark` is the handler's own; one that the part carries wins unless it is dropped.
void append_part(ListText& blocks, const ContentPart& part, const CacheControl* mark, bool drop) {
    if (const auto* text = std::get_if<TextPart>(&part)) {
        if (text->cache_control && !drop) mark = &*text->cache_control;
        append_text_block(blocks, text->text, mark);
    } else if (const auto* image = std::get_if<ImagePart>(&part)) {
        append_image(blocks, image->url);
    } else if (const auto* file = std::get_if<FilePart>(&part)) {
        append_document(blocks, *file);
    } else if (const auto* raw = std::get_if<RawPart>(&part)) {
        append_raw(blocks, *raw, drop);
    } else {
        append_text_block(blocks, no_sound);
    }
}

bool takes_mark(const ContentPart& part) noexcept {
    const auto* text = std::get_if<TextPart>(&part);
    return text && !is_blank(text->text);
}

}  // namespace

void append_mark(ObjectText& block, const CacheControl& mark) {
    ObjectText object(block.key("cache_control"));
    object.text("type", "ephemeral");
    if (!mark.ttl.empty()) object.text("ttl", mark.ttl);
    object.end();
}

void append_text_block(ListText& blocks, std::string_view text, const CacheControl* mark) {
    if (is_blank(text)) return;
    ObjectText block(blocks.next());
    block.text("type", "text").text("text", text);
    if (mark) append_mark(block, *mark);
    block.end();
}

void append_content(ListText& blocks, const Content& content, const BlockMarks& marks) {
    if (const auto* text = std::get_if<std::string>(&content))
        return append_text_block(blocks, *text, marks.own);
    const auto& parts = std::get<std::vector<ContentPart>>(content);
    const auto last = std::find_if(parts.rbegin(), parts.rend(), takes_mark);
    std::size_t dropped = marks.dropped;
    for (const ContentPart& part : parts) {
        const bool drop = dropped > 0 && has_mark(part);
        if (drop) --dropped;
        const bool own = last != parts.rend() && &part == &*last;
        append_part(blocks, part, own ? marks.own : nullptr, drop);
    }
}

bool has_uploaded_file(const Content& content) noexcept {
    const auto* parts = std::get_if<std::vector<ContentPart>>(&content);
    return parts && std::any_of(parts->begin(), parts->end(), [](const ContentPart& part) {
               const auto* file = std::get_if<FilePart>(&part);
               return file && !file->id.empty();
           });
}

}  // namespace capstan::anthropic
