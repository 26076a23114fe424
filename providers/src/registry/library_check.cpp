#include "registry/library_check.hpp"

#include "registry/caret_text.hpp"

#include <cxxabi.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace capstan::registry {
namespace {

constexpr std::size_t block_size = 256 * 1024;
constexpr std::size_t descriptor_size = sizeof(ProviderLibraryDescriptor);

template <std::size_t size>
std::string_view text_of(const std::array<char, size>& chars) {
    return {chars.data(), static_cast<std::size_t>(
                              std::find(chars.begin(), chars.end(), '\0') - chars.begin())};
}

constexpr auto own_abi = detail::abi_of_this_source();

// In pieces, lest a program that contains this source looks like a library of providers.
std::string magic() { return std::string("CAPSTAN-") + "PROVIDER"; }

// The magic words may also stand in the library as a text of its own.
bool is_plausible(const ProviderLibraryDescriptor& found) {
    return found.version > 0 && found.version < 1000 && found.size >= 24 && found.size < 65536;
}

std::map<std::string, std::string, std::less<>> fields_of(std::string_view abi) {
    std::map<std::string, std::string, std::less<>> fields;
    while (!abi.empty()) {
        const auto end = std::min(abi.find(';'), abi.size());
        const auto field = abi.substr(0, end);
        const auto equals = std::min(field.find('='), field.size());
        fields.emplace(field.substr(0, equals),
                       field.substr(std::min(equals + 1, field.size())));
        abi.remove_prefix(std::min(end + 1, abi.size()));
    }
    return fields;
}

std::vector<std::string> differences(std::string_view library, std::string_view program) {
    const auto theirs = fields_of(library);
    std::vector<std::string> result;
    const auto value_in = [](const auto& fields, std::string_view name) {
        const auto found = fields.find(name);
        return found == fields.end() ? std::string("unknown") : found->second;
    };
    for (const auto& [name, value] : fields_of(program))
        if (const auto other = value_in(theirs, name); other != value)
            result.push_back(
                fmt::format("{}: {} there, {} here", name, in_quotes(other), in_quotes(value)));
    if (result.empty()) result.push_back(fmt::format("it says {}", in_quotes(library)));
    return result;
}

std::string demangled(const std::string& symbol) {
    const std::unique_ptr<char, decltype(&std::free)> text(
        abi::__cxa_demangle(symbol.c_str(), nullptr, nullptr, nullptr), &std::free);
    return text ? text.get() : symbol;
}

constexpr const char* offer_symbols =
    "The program must offer Capstan's symbols to libraries: call "
    "capstan_enable_provider_libraries() for it in CMake";

bool is_ours(const std::string& name) {
    return name.find("capstan::") != std::string::npos ||
           name.find("boost::asio::") != std::string::npos;
}

LibraryRefusal refusal(std::string problem, std::string remedy) {
    LibraryRefusal result;
    result.problem = std::move(problem);
    result.remedy = std::move(remedy);
    return result;
}

}  // namespace

std::optional<ProviderLibraryDescriptor> find_descriptor(std::istream& file) {
    const auto wanted = magic();
    std::string bytes;
    std::vector<char> block(block_size);
    while (true) {
        file.read(block.data(), static_cast<std::streamsize>(block.size()));
        bytes.append(block.data(), static_cast<std::size_t>(file.gcount()));
        std::size_t at = bytes.find(wanted);
        for (; at != std::string::npos && bytes.size() - at >= descriptor_size;
             at = bytes.find(wanted, at + 1)) {
            ProviderLibraryDescriptor found;
            std::memcpy(&found, bytes.data() + at, descriptor_size);
            if (is_plausible(found)) return found;
        }
        if (!file) return std::nullopt;
        // What is left may be the beginning of one.
        bytes.erase(0, bytes.size() - std::min(bytes.size(), descriptor_size));
    }
}

std::optional<LibraryRefusal> check_descriptor(const ProviderLibraryDescriptor& library) {
    constexpr auto version = ProviderLibraryDescriptor::current_version;
    const auto rebuild = "Compile the library with Capstan " CAPSTAN_VERSION ", as this program is";
    if (library.version != version || library.size != descriptor_size)
        return refusal(fmt::format("its descriptor has version {}, and this program knows {}",
                                   library.version, version),
                       rebuild);
    if (text_of(library.capstan) != CAPSTAN_VERSION)
        return refusal(fmt::format("it was compiled with Capstan {}, and this program with {}",
                                   in_quotes(text_of(library.capstan)), CAPSTAN_VERSION),
                       rebuild);
    if (text_of(library.abi) != text_of(own_abi))
        return refusal(
            fmt::format("it was compiled otherwise than this program's Capstan ({})",
                        fmt::join(differences(text_of(library.abi), text_of(own_abi)), "; ")),
            "Compile both with the same compiler, standard library, Boost and settings");
    return std::nullopt;
}

LibraryRefusal explain_load_error(std::string_view error) {
    constexpr std::string_view undefined = "undefined symbol: ";
    const auto at = error.find(undefined);
    if (at != std::string_view::npos) {
        auto symbol = error.substr(at + undefined.size());
        symbol = symbol.substr(0, symbol.find_first_of(" \t\n,"));
        const auto name = demangled(std::string(symbol));
        const auto problem = fmt::format("it needs {}, which nothing in this program has", name);
        return is_ours(name) ? refusal(problem, offer_symbols)
                             : refusal(problem, "Link the library with what it needs");
    }
    if (error.find("cannot open shared object file") != std::string_view::npos)
        return refusal(fmt::format("a library that it needs is missing: {}", error),
                       "Install it, or see what else is missing by ldd");
    return refusal(fmt::format("the system cannot load it: {}", error), {});
}

}  // namespace capstan::registry
