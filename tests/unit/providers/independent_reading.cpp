#include "independent_reading.hpp"

#include <map>

namespace independent {
namespace {

std::string text_at(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    return value && value->is_string() ? std::string(value->as_string()) : std::string();
}

const json::array* array_at(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    return value ? value->if_array() : nullptr;
}

const json::object* object_at(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    return value ? value->if_object() : nullptr;
}

void replace(std::string& into, const std::string& text) {
    if (!text.empty()) into = text;
}

/// The number behind the last `"key":` in the text, as written.
std::string digits_of(std::string_view text, std::string_view key) {
    const auto at = text.rfind(key);
    if (at == std::string_view::npos) return {};
    text.remove_prefix(at + key.size());
    const auto first = text.find_first_not_of(": \t\r\n");
    text.remove_prefix(first);
    return std::string(text.substr(0, text.find_first_not_of("0123456789+-.eE")));
}

struct Reader {
    Reading out;
    std::string details_text;
    std::map<std::int64_t, std::size_t> open;  // wire index -> call

    void detail(const json::object& entry) {
        const std::string type = text_at(entry, "type");
        const std::string text = text_at(entry, "text");
        const std::string signature = text_at(entry, "signature");
        details_text += type == "reasoning.summary" ? text_at(entry, "summary") : text;
        if (type == "reasoning.text" && text.empty() && !signature.empty()) {
            for (auto i = out.details.size(); i-- > 0;) {
                json::object& old = out.details[i].as_object();
                if (text_at(old, "type") != type || !text_at(old, "signature").empty()) continue;
                if (old["index"] != entry.at("index")) continue;
                old["signature"] = signature;
                return;
            }
        }
        const bool joins = type == "reasoning.text" || type == "reasoning.summary";
        json::object* last =
            out.details.empty() ? nullptr : &out.details.back().as_object();
        if (joins && last && text_at(*last, "type") == type &&
            text_at(*last, "signature").empty() && last->at("index") == entry.at("index")) {
            const char* key = type == "reasoning.text" ? "text" : "summary";
            (*last)[key] = text_at(*last, key) + text_at(entry, key);
            if (!signature.empty()) (*last)["signature"] = signature;
            return;
        }
        for (const auto& old : out.details) {
            if (!joins && old == json::value(entry)) return;
        }
        out.details.push_back(entry);
    }

    void call(const json::object& fragment) {
        const std::int64_t index = fragment.at("index").to_number<std::int64_t>();
        const std::string id = text_at(fragment, "id");
        const auto known = open.find(index);
        const bool fresh = known == open.end() ||
                           (!id.empty() && id != out.calls[known->second].id);
        if (fresh) {
            open[index] = out.calls.size();
            out.calls.emplace_back();
        }
        Call& call = out.calls[open[index]];
        replace(call.id, id);
        if (const auto* function = object_at(fragment, "function")) {
            replace(call.name, text_at(*function, "name"));
            call.arguments += text_at(*function, "arguments");
        }
    }

    void message(const json::object& delta) {
        out.text += text_at(delta, "content");
        out.reasoning += text_at(delta, "reasoning");
        out.refusal += text_at(delta, "refusal");
        if (const auto* details = array_at(delta, "reasoning_details")) {
            out.details_present = true;
            for (const auto& entry : *details) detail(entry.as_object());
        }
        if (const auto* calls = array_at(delta, "tool_calls")) {
            for (const auto& fragment : *calls) call(fragment.as_object());
        }
        if (const auto* images = array_at(delta, "images")) {
            out.images.insert(out.images.end(), images->begin(), images->end());
        }
        if (const auto* notes = array_at(delta, "annotations")) {
            out.annotations.insert(out.annotations.end(), notes->begin(), notes->end());
        }
    }

    void choice(const json::object& choice) {
        if (const auto* delta = object_at(choice, "delta")) message(*delta);
        if (const auto* whole = object_at(choice, "message")) message(*whole);
        replace(out.finish_reason, text_at(choice, "finish_reason"));
        replace(out.native_finish_reason, text_at(choice, "native_finish_reason"));
        const json::value* error = choice.if_contains("error");
        if (error && !error->is_null() && !out.error) out.error = *error;
    }

    void object(std::string_view text) {
        const json::object chunk = json::parse(text).as_object();
        if (out.id.empty()) out.id = text_at(chunk, "id");
        replace(out.model, text_at(chunk, "model"));
        replace(out.provider, text_at(chunk, "provider"));
        if (const auto* choices = array_at(chunk, "choices")) {
            for (const auto& entry : *choices) choice(entry.as_object());
        }
        if (const auto* usage = object_at(chunk, "usage")) {
            out.usage = *usage;
            out.cost_digits = digits_of(text, "\"cost\"");
            out.upstream_cost_digits = digits_of(text, "\"upstream_inference_cost\"");
        }
        const json::value* error = chunk.if_contains("error");
        if (error && !error->is_null() && !out.error) out.error = *error;
    }

    Reading finish() {
        if (out.reasoning.empty()) out.reasoning = details_text;
        return std::move(out);
    }
};

}  // namespace

Reading read_stream(std::string_view body) {
    Reader reader;
    constexpr std::string_view field = "data: ";
    while (!body.empty()) {
        const auto end = body.find('\n');
        const std::string_view line = body.substr(0, end);
        body.remove_prefix(end == std::string_view::npos ? body.size() : end + 1);
        if (!line.starts_with(field)) continue;
        const std::string_view data = line.substr(field.size());
        if (data.starts_with('{')) reader.object(data);
    }
    return reader.finish();
}

Reading read_single(std::string_view body) {
    Reader reader;
    reader.object(body);
    return reader.finish();
}

}  // namespace independent
