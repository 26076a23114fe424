#include <capstan/content.hpp>

#include "base/json_place.hpp"
#include "model/content_json.hpp"

#include <initializer_list>

namespace capstan {
namespace {

bool has_only(const json::object& object, std::initializer_list<std::string_view> names) {
    std::size_t known = 0;
    for (std::string_view name : names) known += object.contains(name) ? 1 : 0;
    return known == object.size();
}

// The member as text, nothing when it is absent, and `ok` false when it is of another kind.
std::string optional_text(const json::object& object, std::string_view name, bool& ok) {
    const json::value* value = find(object, name);
    if (!value) return {};
    if (!value->is_string()) ok = false;
    return value->is_string() ? std::string(value->get_string()) : std::string();
}

std::optional<CacheControl> read_mark(const json::value& value) {
    const auto* object = value.if_object();
    if (!object || !has_only(*object, {"type", "ttl"})) return std::nullopt;
    bool ok = true;
    CacheControl mark(optional_text(*object, "ttl", ok));
    if (!ok || find_string(*object, "type") != "ephemeral") return std::nullopt;
    if (object->contains("ttl") && mark.ttl.empty()) return std::nullopt;
    return mark;
}

std::optional<ContentPart> read_text_part(const json::object& part) {
    const auto text = find_string(part, "text");
    if (!text || !has_only(part, {"type", "text", "cache_control"})) return std::nullopt;
    TextPart result{std::string(*text)};
    if (const json::value* mark = find(part, "cache_control")) {
        result.cache_control = read_mark(*mark);
        if (!result.cache_control) return std::nullopt;
    }
    return result;
}

// The payload object of parts like {"type":"file","file":{...}} when it has nothing unknown.
const json::object* payload(const json::object& part, std::string_view name,
                            std::initializer_list<std::string_view> members) {
    const json::object* object = find_object(part, name);
    if (!object || !has_only(part, {"type", name}) || !has_only(*object, members)) return nullptr;
    return object;
}

std::optional<ContentPart> read_image_part(const json::object& part) {
    const json::object* image = payload(part, "image_url", {"url", "detail"});
    if (!image || !image->contains("url")) return std::nullopt;
    bool ok = true;
    ImagePart result(optional_text(*image, "url", ok), optional_text(*image, "detail", ok));
    if (!ok || (image->contains("detail") && result.detail.empty())) return std::nullopt;
    return result;
}

std::optional<ContentPart> read_audio_part(const json::object& part) {
    const json::object* audio = payload(part, "input_audio", {"data", "format"});
    if (!audio || audio->size() != 2) return std::nullopt;
    bool ok = true;
    AudioPart result(optional_text(*audio, "data", ok), optional_text(*audio, "format", ok));
    if (!ok) return std::nullopt;
    return result;
}

std::optional<ContentPart> read_file_part(const json::object& part) {
    const json::object* file = payload(part, "file", {"filename", "file_data", "file_id"});
    if (!file) return std::nullopt;
    bool ok = true;
    FilePart result;
    result.filename = optional_text(*file, "filename", ok);
    result.data = optional_text(*file, "file_data", ok);
    result.id = optional_text(*file, "file_id", ok);
    const std::size_t written =
        !result.filename.empty() + !result.data.empty() + !result.id.empty();
    if (!ok || written != file->size()) return std::nullopt;
    return result;
}

std::string_view raw_text(const RawPart& part) {
    return find_string(part.value, "type") == "text"
               ? find_string(part.value, "text").value_or(std::string_view())
               : std::string_view();
}

}  // namespace

json::object to_json(const ContentPart& part) {
    std::string text;
    append_content_part(text, part, nullptr, false);
    return parse_json(text).as_object();
}

ContentPart content_part_from_json(const json::object& part) {
    const std::string_view type = find_string(part, "type").value_or("");
    std::optional<ContentPart> result;
    if (type == "text") result = read_text_part(part);
    if (type == "image_url") result = read_image_part(part);
    if (type == "input_audio") result = read_audio_part(part);
    if (type == "file") result = read_file_part(part);
    return result ? *std::move(result) : ContentPart(RawPart(part));
}

std::string text_of(const Content& content) {
    if (const auto* text = std::get_if<std::string>(&content)) return *text;
    std::string result;
    bool first = true;
    for (const ContentPart& part : std::get<std::vector<ContentPart>>(content)) {
        std::string_view text;
        if (const auto* known = std::get_if<TextPart>(&part))
            text = known->text;
        else if (const auto* raw = std::get_if<RawPart>(&part))
            text = raw_text(*raw);
        if (text.empty()) continue;
        if (!first) result += '\n';
        first = false;
        result += text;
    }
    return result;
}

Content read_content(const json::value& value, std::string_view place) {
    if (const auto* text = value.if_string()) return std::string(*text);
    const auto* array = value.if_array();
    if (!array) fail_at(place, "a string or an array", &value);
    std::vector<ContentPart> parts;
    parts.reserve(array->size());
    for (std::size_t i = 0; i < array->size(); ++i) {
        const json::value& part = (*array)[i];
        if (!part.is_object()) fail_at(place_at(place, i), "an object", &part);
        parts.push_back(content_part_from_json(part.get_object()));
    }
    return parts;
}

}  // namespace capstan
