#include <capstan/redact.hpp>

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace capstan {
namespace {

constexpr std::string_view mark = "[redacted]";
constexpr std::size_t shortest_secret = 4;
constexpr std::size_t shortest_cut_secret = 8;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool starts_with_ignoring_case(std::string_view text, std::string_view word) {
    return text.size() >= word.size() && std::equal(word.begin(), word.end(), text.begin(),
                                                    [](char a, char b) { return a == lower(b); });
}

bool is_token_char(char c) {
    // Dots, stars and bytes beyond ASCII (an ellipsis) belong to keys that a server shortened.
    return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') ||
           std::string_view("-_.*~+/=").find(c) != std::string_view::npos ||
           static_cast<unsigned char>(c) >= 0x80;
}

/// Length of the token at the start of `text`, without the full stop of its sentence.
std::size_t token_length(std::string_view text) {
    std::size_t length = 0;
    while (length < text.size() && is_token_char(text[length])) ++length;
    while (length > 0 && text[length - 1] == '.') --length;
    return length;
}

void replace_all(std::string& text, std::string_view secret) {
    auto at = text.find(secret);
    if (at == std::string::npos) return;
    std::string out;
    std::size_t done = 0;
    for (; at != std::string::npos; at = text.find(secret, done)) {
        out.append(text, done, at - done).append(mark);
        done = at + secret.size();
    }
    text = out.append(text, done);
}

/// What a secret looks like inside a JSON text.
std::string escaped(const std::string& secret) {
    std::string out;
    for (const char c : secret) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out;
}

void remove_cut_secret(std::string& text, std::string_view secret) {
    for (auto length = std::min(secret.size(), text.size()); length >= shortest_cut_secret;
         --length)
        if (text.ends_with(secret.substr(0, length))) {
            text.replace(text.size() - length, length, mark);
            return;
        }
}

/// Replaces what follows `word` by the mark; the word itself stays if `keep_word`.
void replace_tokens(std::string& text, std::string_view word, bool keep_word) {
    const std::string_view view = text;
    std::string out;
    std::size_t done = 0;
    for (std::size_t at = 0; at + word.size() < view.size(); ++at) {
        if (!starts_with_ignoring_case(view.substr(at), word)) continue;
        const std::size_t begin = keep_word ? at + word.size() : at;
        const std::size_t length = token_length(view.substr(begin));
        if (length == 0) continue;
        out.append(view.substr(done, begin - done)).append(mark);
        done = begin + length;
        at = done - 1;
    }
    if (done > 0) text = out.append(view.substr(done));
}

}  // namespace

std::string redact(std::string text, std::span<const std::string> secrets) {
    for (const auto& secret : secrets) {
        if (secret.size() < shortest_secret) continue;
        replace_all(text, secret);
        if (const auto other = escaped(secret); other != secret) replace_all(text, other);
        remove_cut_secret(text, secret);
    }
    replace_tokens(text, "sk-or-", false);
    replace_tokens(text, "bearer ", true);
    return text;
}

json::value redact_json(const json::value& value, std::span<const std::string> secrets) {
    if (const auto* text = value.if_string())
        return json::value(redact(std::string(*text), secrets));
    if (const auto* array = value.if_array()) {
        json::array out;
        out.reserve(array->size());
        for (const auto& item : *array) out.push_back(redact_json(item, secrets));
        return out;
    }
    if (const auto* object = value.if_object()) {
        json::object out;
        out.reserve(object->size());
        for (const auto& [key, item] : *object)
            out[redact(std::string(key), secrets)] = redact_json(item, secrets);
        return out;
    }
    return value;
}

}  // namespace capstan
