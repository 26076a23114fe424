#include "model/message_extra.hpp"

#include "base/base64.hpp"
#include "base/wtf8.hpp"

#include <algorithm>
#include <array>

namespace capstan {
namespace {

/// They describe the answer; a server would refuse them inside a message.
constexpr std::array<std::string_view, 7> not_in_message = {
    "logprobs", "debug", "citations", "openrouter_metadata", "timings", "x_groq", "stats"};

/// The URL of an image part, or null.
const json::value* image_url(const json::value& image) {
    const json::object* part = image.if_object();
    const json::value* inner = part ? part->if_contains("image_url") : nullptr;
    const json::object* object = inner ? inner->if_object() : nullptr;
    return object ? object->if_contains("url") : inner;
}

bool same_item(const json::value& a, const json::value& b) {
    const json::value* left = image_url(a);
    const json::value* right = image_url(b);
    return left && right ? *left == *right : a == b;
}

void append_item(json::array& into, const json::value& item) {
    const bool known = std::any_of(
        into.begin(), into.end(), [&](const json::value& other) { return same_item(other, item); });
    if (!known) into.push_back(item);
}

void append_items(json::object& into, std::string_view name, const json::value& items) {
    json::value& present = into[name];
    if (!present.is_array()) present.emplace_array();
    if (!items.is_array()) return append_item(present.get_array(), items);
    for (const json::value& item : items.get_array()) append_item(present.get_array(), item);
}

void append_text(json::object& into, std::string_view name, const json::value& piece) {
    json::value& present = into[name];
    if (!present.is_string() || !piece.is_string()) {
        present = piece;
    } else {
        append_wtf8(present.get_string(), piece.get_string());
    }
}

void append_audio_data(json::object& into, const json::value& piece) {
    json::value& present = into["data"];
    if (!present.is_string() || !piece.is_string()) {
        present = piece;
    } else {
        append_base64(present.get_string(), piece.get_string());
    }
}

void merge_audio(json::object& into, const json::value& fragment) {
    json::value& present = into["audio"];
    if (!fragment.is_object()) {
        present = fragment;
        return;
    }
    if (!present.is_object()) present.emplace_object();
    json::object& audio = present.get_object();
    for (const auto& member : fragment.get_object()) {
        if (member.value().is_null()) continue;
        if (member.key() == "data") {
            append_audio_data(audio, member.value());
        } else if (member.key() == "transcript") {
            append_text(audio, "transcript", member.value());
        } else {
            audio[member.key()] = member.value();
        }
    }
}

}  // namespace

void merge_message_extra(json::object& into, std::string_view name, const json::value& value) {
    const bool skipped = std::find(not_in_message.begin(), not_in_message.end(), name) !=
                         not_in_message.end();
    if (skipped || value.is_null()) return;
    if (name == "images" || name == "annotations") {
        append_items(into, name, value);
    } else if (name == "refusal") {
        append_text(into, name, value);
    } else if (name == "audio") {
        merge_audio(into, value);
    } else {
        into[name] = value;
    }
}

}  // namespace capstan
