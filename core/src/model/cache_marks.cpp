#include "model/content_json.hpp"

#include <capstan/message_writer.hpp>

#include <algorithm>

namespace capstan {
namespace {

std::string ttl_in(const json::object& object) {
    const json::object* mark = find_object(object, "cache_control");
    return mark ? std::string(find_string(*mark, "ttl").value_or("")) : std::string();
}

const Content& content_of(const Message& message) {
    return std::visit([](const auto& known) -> const Content& { return known.content; }, message);
}

const json::object& extra_of(const Message& message) {
    return std::visit([](const auto& known) -> const json::object& { return known.extra; },
                      message);
}

}  // namespace

std::vector<std::string> cache_mark_ttls(const Message& message) {
    std::vector<std::string> ttls;
    if (const auto* parts = std::get_if<std::vector<ContentPart>>(&content_of(message))) {
        for (const ContentPart& part : *parts) {
            if (!has_cache_mark(part)) continue;
            const auto* text = std::get_if<TextPart>(&part);
            ttls.push_back(text ? text->cache_control->ttl : ttl_in(std::get<RawPart>(part).value));
        }
    }
    // A mark beside the content counts too: the server moves it to a part.
    const json::object& extra = extra_of(message);
    if (find_object(extra, "cache_control")) ttls.push_back(ttl_in(extra));
    return ttls;
}

std::vector<std::string> cache_mark_ttls(const ToolDefinition& tool) {
    std::vector<std::string> ttls;
    if (const auto* function = std::get_if<FunctionTool>(&tool)) {
        if (function->cache_control) ttls.push_back(function->cache_control->ttl);
        else if (find_object(function->extra, "cache_control"))
            ttls.push_back(ttl_in(function->extra));
    } else if (find_object(std::get<RawTool>(tool).value, "cache_control")) {
        ttls.push_back(ttl_in(std::get<RawTool>(tool).value));
    }
    return ttls;
}

bool takes_cache_mark(const Message& message) noexcept {
    const Content& content = content_of(message);
    if (const auto* text = std::get_if<std::string>(&content)) return !text->empty();
    const auto& parts = std::get<std::vector<ContentPart>>(content);
    return std::any_of(parts.begin(), parts.end(), [](const ContentPart& part) {
        const auto* text = std::get_if<TextPart>(&part);
        return text && !text->text.empty();
    });
}

}  // namespace capstan
