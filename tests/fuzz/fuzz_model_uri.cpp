// Any text is a model URI that reads back as what it was read as, or an error with a place in it.
// The same text as a pattern, a replacement and a name of aliases never does harm.
#include <capstan/json.hpp>
#include <capstan/providers/model_aliases.hpp>
#include <capstan/providers/model_uri.hpp>

#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

void check_error(const capstan::ModelUriError& error) {
    if (!capstan::is_valid_utf8(error.what())) std::abort();
    if (error.excerpt().find('^') == std::string::npos) std::abort();
}

void read_uri(const std::string& text) {
    try {
        const auto uri = capstan::ModelUri::parse(text);
        if (capstan::ModelUri::parse(to_string(uri)) != uri) std::abort();
    } catch (const capstan::ModelUriError& error) {
        if (error.position() > text.size()) std::abort();
        check_error(error);
    }
}

// Pattern, replacement and name are lines of the text.
void use_aliases(const std::string& text) {
    const auto first = text.find('\n');
    const auto second = first == text.npos ? first : text.find('\n', first + 1);
    if (second == text.npos) return;
    try {
        capstan::ModelAlias alias(text.substr(0, first),
                                  text.substr(first + 1, second - first - 1));
        const auto aliases = capstan::ModelAliases::from_rules({std::move(alias)});
        read_uri(aliases.resolve(text.substr(second + 1)));
    } catch (const capstan::ModelUriError& error) {
        check_error(error);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(bytes), size);
    read_uri(text);
    use_aliases(text);
    return 0;
}
