// Results of tools/call as content for a model.
#include <capstan/tools/mcp.hpp>

#include "mcp/mcp_result.hpp"

#include <capstan/json_schema.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace capstan {

namespace {

std::string text(const json::object& object, std::string_view key) {
    return to_valid_utf8(find_string(object, key).value_or(""));
}

std::string data_url(const json::object& object, std::string_view key) {
    auto type = text(object, "mimeType");
    if (type.empty()) type = "application/octet-stream";
    return fmt::format("data:{};base64,{}", type, find_string(object, key).value_or(""));
}

/// The formats that models take as images; others go as files.
bool is_image(std::string_view mime_type) {
    constexpr std::array<std::string_view, 4> types = {"image/png", "image/jpeg", "image/webp",
                                                       "image/gif"};
    return std::find(types.begin(), types.end(), mime_type) != types.end();
}

FilePart file_part(std::string name, std::string data) {
    FilePart part;
    part.filename = std::move(name);
    part.data = std::move(data);
    return part;
}

ContentPart image_part(const json::object& item) {
    if (is_image(text(item, "mimeType"))) return ImagePart(data_url(item, "data"));
    return file_part("image", data_url(item, "data"));
}

std::string audio_format(std::string_view mime_type) {
    const auto slash = mime_type.find('/');
    auto format = mime_type.substr(slash == std::string_view::npos ? 0 : slash + 1);
    format = format.substr(0, format.find(';'));
    if (format.starts_with("x-")) format.remove_prefix(2);
    if (format == "mpeg") return "mp3";
    if (format == "wave" || format == "vnd.wave") return "wav";
    return std::string(format);
}

std::string last_segment(const std::string& uri) {
    const auto slash = uri.find_last_of('/');
    auto name = slash == std::string::npos ? uri : uri.substr(slash + 1);
    return name.empty() ? uri : name;
}

ContentPart blob_part(const json::object& resource) {
    const auto uri = text(resource, "uri");
    if (is_image(text(resource, "mimeType"))) return ImagePart(data_url(resource, "blob"));
    return file_part(last_segment(uri), data_url(resource, "blob"));
}

ContentPart link_part(const json::object& item) {
    auto line = fmt::format("Resource {}", text(item, "uri"));
    if (const auto name = text(item, "name"); !name.empty()) line += fmt::format(" ({})", name);
    if (const auto about = text(item, "description"); !about.empty()) line += ": " + about;
    return TextPart(std::move(line));
}

ContentPart content_part(const json::value& value) {
    const auto* item = value.if_object();
    if (!item) return TextPart(to_json_text(value));
    const auto type = text(*item, "type");
    if (type == "text") return TextPart(text(*item, "text"));
    if (type == "image") return image_part(*item);
    if (type == "audio") {
        return AudioPart(text(*item, "data"), audio_format(text(*item, "mimeType")));
    }
    if (type == "resource_link") return link_part(*item);
    const auto* resource = find_object(*item, "resource");
    if (type == "resource" && resource) return mcp::resource_part(*resource);
    return TextPart(to_json_text(value));
}

/// Why the structured content is not what the tool promised, or an empty text.
std::string structure_fault(const json::value* structured, const json::object& schema) {
    if (schema.empty()) return {};
    if (!structured) return "it has none, although the tool has an output schema";
    try {
        return schema_fault(*structured, schema);
    } catch (const SchemaError&) {
        return {};  // nothing can be said by a schema that is no good
    }
}

void add_text(ToolResult& result, std::string text) {
    if (auto* known = std::get_if<std::string>(&result.content)) {
        *known += "\n\n" + text;
    } else {
        std::get<std::vector<ContentPart>>(result.content).push_back(TextPart(std::move(text)));
    }
}

bool is_text(const ContentPart& part) { return std::holds_alternative<TextPart>(part); }

}  // namespace

ContentPart mcp::resource_part(const json::object& resource) {
    if (find_string(resource, "blob")) return blob_part(resource);
    return TextPart(fmt::format("{}:\n{}", text(resource, "uri"), text(resource, "text")));
}

ToolResult mcp::joined_result(std::vector<ContentPart> parts) {
    if (parts.empty()) return "(no content)";
    if (!std::all_of(parts.begin(), parts.end(), is_text)) return parts;
    return text_of(Content(std::move(parts)));
}

ToolResult mcp_tool_result(const json::object& result, const json::object& output_schema) {
    std::vector<ContentPart> parts;
    if (const auto* items = find_array(result, "content")) {
        for (const auto& item : *items) parts.push_back(content_part(item));
    }
    const auto* structured = find(result, "structuredContent");
    if (structured && structured->is_null()) structured = nullptr;
    if (parts.empty() && structured) parts.push_back(TextPart(to_json_text(*structured)));
    auto converted = mcp::joined_result(std::move(parts));
    converted.is_error = find_bool(result, "isError").value_or(false);
    if (structured) converted.details["structuredContent"] = *structured;
    if (converted.is_error) return converted;  // an error promises no structure
    if (const auto fault = structure_fault(structured, output_schema); !fault.empty()) {
        converted.is_error = true;
        add_text(converted, "The structured content of this result is not valid: " + fault);
    }
    return converted;
}

}  // namespace capstan
