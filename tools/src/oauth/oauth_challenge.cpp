#include "oauth/oauth_challenge.hpp"

#include <algorithm>
#include <cctype>
#include <optional>

namespace capstan::oauth {

namespace {

std::string lower(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return result;
}

/// Goes through a field's tokens, quoted strings and marks (RFC 9110 section 11.6.1).
class Scanner {
public:
    explicit Scanner(std::string_view text) : rest_(text) {}

    bool at_end() const { return rest_.empty(); }
    void skip(std::string_view characters) {
        rest_.remove_prefix(std::min(rest_.find_first_not_of(characters), rest_.size()));
    }
    bool take(char c) {
        if (!rest_.starts_with(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }
    void drop_one() { rest_.remove_prefix(1); }

    std::string_view token() {
        const auto end = std::min(rest_.find_first_of(" \t,=\""), rest_.size());
        const auto result = rest_.substr(0, end);
        rest_.remove_prefix(end);
        return result;
    }

    /// A token or a quoted string; nothing if there is neither.
    std::optional<std::string> value() {
        if (!take('"')) {
            const auto word = token();
            return word.empty() ? std::nullopt : std::optional<std::string>(word);
        }
        std::string text;
        while (!at_end() && !take('"')) {
            if (rest_.size() > 1) take('\\');
            text += rest_.front();
            drop_one();
        }
        return text;
    }

private:
    std::string_view rest_;
};

void set(std::string& member, std::string value) {
    if (member.empty()) member = std::move(value);
}

void take_parameter(Challenge& challenge, std::string_view name, std::string value) {
    const auto key = lower(name);
    if (key == "resource_metadata") set(challenge.resource_metadata, std::move(value));
    if (key == "scope") set(challenge.scope, std::move(value));
    if (key == "error") set(challenge.error, std::move(value));
}

}  // namespace

void read_challenge(std::string_view field, Challenge& challenge) {
    constexpr std::string_view blanks = " \t";
    Scanner scanner(field);
    bool is_bearer = false;
    for (;;) {
        scanner.skip(" \t,");
        if (scanner.at_end()) return;
        const auto word = scanner.token();
        if (word.empty()) {
            scanner.drop_one();  // a mark out of place
            continue;
        }
        scanner.skip(blanks);
        if (!scanner.take('=')) {
            is_bearer = lower(word) == "bearer";
            continue;
        }
        scanner.skip(blanks);
        const auto value = scanner.value();
        if (value && is_bearer) take_parameter(challenge, word, *value);
    }
}

Challenge read_challenge(const HttpHeaders& headers) {
    Challenge challenge;
    for (const auto& [name, value] : headers.fields()) {
        if (lower(name) == "www-authenticate") read_challenge(value, challenge);
    }
    return challenge;
}

}  // namespace capstan::oauth
