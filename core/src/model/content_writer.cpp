#include "base/object_writer.hpp"
#include "model/content_json.hpp"

namespace capstan {
namespace {

void append_part(std::string& out, const TextPart& part, const CacheControl* mark, bool drop) {
    ObjectWriter object(out);
    object.text("type", "text");
    object.text("text", part.text);
    if (part.cache_control && !drop) mark = &*part.cache_control;
    if (mark) append_cache_control(object.key("cache_control"), *mark);
    object.end();
}

void append_part(std::string& out, const ImagePart& part, const CacheControl*, bool) {
    ObjectWriter object(out);
    object.text("type", "image_url");
    ObjectWriter image(object.key("image_url"));
    image.text("url", part.url);
    if (!part.detail.empty()) image.text("detail", part.detail);
    image.end();
    object.end();
}

void append_part(std::string& out, const AudioPart& part, const CacheControl*, bool) {
    ObjectWriter object(out);
    object.text("type", "input_audio");
    ObjectWriter audio(object.key("input_audio"));
    audio.text("data", part.data);
    audio.text("format", part.format);
    audio.end();
    object.end();
}

void append_part(std::string& out, const FilePart& part, const CacheControl*, bool) {
    ObjectWriter object(out);
    object.text("type", "file");
    ObjectWriter file(object.key("file"));
    if (!part.filename.empty()) file.text("filename", part.filename);
    if (!part.data.empty()) file.text("file_data", part.data);
    if (!part.id.empty()) file.text("file_id", part.id);
    file.end();
    object.end();
}

void append_part(std::string& out, const RawPart& part, const CacheControl*, bool drop) {
    if (!drop) return append_json_text(out, part.value);
    ObjectWriter object(out);
    object.extra(part.value, [](std::string_view name) { return name == "cache_control"; });
    object.end();
}

bool takes_mark(const ContentPart& part) noexcept {
    const auto* text = std::get_if<TextPart>(&part);
    return text && !text->text.empty();
}

void append_parts(std::string& out, const std::vector<ContentPart>& parts, const CacheControl* mark,
                  std::size_t dropped) {
    std::size_t marked = parts.size();
    for (std::size_t i = 0; mark && i < parts.size(); ++i)
        if (takes_mark(parts[i])) marked = i;
    out += '[';
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (i > 0) out += ',';
        const bool drop = dropped > 0 && has_cache_mark(parts[i]);
        if (drop) --dropped;
        append_content_part(out, parts[i], i == marked ? mark : nullptr, drop);
    }
    out += ']';
}

}  // namespace

void append_cache_control(std::string& out, const CacheControl& mark) {
    ObjectWriter object(out);
    object.text("type", "ephemeral");
    if (!mark.ttl.empty()) object.text("ttl", mark.ttl);
    object.end();
}

bool has_cache_mark(const ContentPart& part) noexcept {
    if (const auto* text = std::get_if<TextPart>(&part)) return text->cache_control.has_value();
    const auto* raw = std::get_if<RawPart>(&part);
    return raw && find_object(raw->value, "cache_control");
}

void append_content_part(std::string& out, const ContentPart& part, const CacheControl* mark,
                         bool drop_mark) {
    std::visit([&](const auto& known) { append_part(out, known, mark, drop_mark); }, part);
}

void append_content(std::string& out, const Content& content, const CacheControl* mark,
                    std::size_t dropped) {
    const auto* text = std::get_if<std::string>(&content);
    if (!text) return append_parts(out, std::get<1>(content), mark, dropped);
    if (!mark || text->empty()) return append_json_string(out, *text);
    out += "[{\"type\":\"text\",\"text\":";
    append_json_string(out, *text);
    out += ",\"cache_control\":";
    append_cache_control(out, *mark);
    out += "}]";
}

}  // namespace capstan
