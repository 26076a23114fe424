#include "responses/input_parts.hpp"

#include <string_view>

namespace capstan::responses {
namespace {

void append_member(std::string& out, std::string_view name, std::string_view text) {
    out += ",\"";
    out += name;
    out += "\":";
    append_json_string(out, text);
}

void append_part(std::string& out, const TextPart& part) {
    out += R"({"type":"input_text")";
    append_member(out, "text", part.text);
    out += '}';
}

void append_part(std::string& out, const ImagePart& part) {
    out += R"({"type":"input_image")";
    append_member(out, "image_url", part.url);
    append_member(out, "detail", part.detail.empty() ? std::string_view("auto") : part.detail);
    out += '}';
}

void append_part(std::string& out, const AudioPart& part) {
    out += R"({"type":"input_audio","input_audio":{"data":)";
    append_json_string(out, part.data);
    append_member(out, "format", part.format);
    out += "}}";
}

void append_part(std::string& out, const FilePart& part) {
    out += R"({"type":"input_file")";
    const bool is_link = part.data.starts_with("https://") || part.data.starts_with("http://");
    if (!part.id.empty()) {  // the server refuses a name beside an id or a link
        append_member(out, "file_id", part.id);
    } else if (is_link) {
        append_member(out, "file_url", part.data);
    } else {
        if (!part.filename.empty()) append_member(out, "filename", part.filename);
        if (!part.data.empty()) append_member(out, "file_data", part.data);
    }
    out += '}';
}

void append_part(std::string& out, const RawPart& part) {
    const auto type = find_string(part.value, "type");
    const auto* video = find_object(part.value, "video_url");
    if (type == "video_url" && video) {
        out += R"({"type":"input_video")";
        append_member(out, "video_url", find_string(*video, "url").value_or(std::string_view()));
        out += '}';
    } else {
        append_json_text(out, part.value);
    }
}

}  // namespace

void append_input_content(std::string& out, const Content& content) {
    if (const auto* text = std::get_if<std::string>(&content))
        return append_json_string(out, *text);
    out += '[';
    bool first = true;
    for (const ContentPart& part : std::get<std::vector<ContentPart>>(content)) {
        if (!first) out += ',';
        first = false;
        std::visit([&](const auto& known) { append_part(out, known); }, part);
    }
    out += ']';
}

}  // namespace capstan::responses
