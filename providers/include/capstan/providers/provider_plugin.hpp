#pragma once

/// For the source of a shared library that brings providers; see provider_library.hpp for the
/// program that loads it. The whole of such a library, beside its handlers:
///
///     void register_providers(capstan::ProviderRegistry& registry) {
///         registry.register_provider("mine", make_mine);
///     }
///     const capstan::ProviderLibraryDescriptor capstan_provider_descriptor =
///         capstan::describe_provider_library(register_providers);
///
/// It is compiled with the compiler, standard library and Boost of the program, and takes Capstan
/// from there: see capstan_add_provider_library() in CMake.

#include <capstan/providers/provider_registry.hpp>
#include <capstan/version.hpp>

#include <boost/version.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

namespace capstan {

/// What a library of providers says of itself: plain bytes, so that they can be read before any of
/// its code runs. `magic`, `version` and `size` stay where they are in all versions to come.
struct ProviderLibraryDescriptor {
    constexpr ProviderLibraryDescriptor() = default;

    static constexpr std::uint32_t current_version = 1;

    std::array<char, 16> magic{};    ///< "CAPSTAN-PROVIDER"
    std::uint32_t version = 0;       ///< of this structure: current_version
    std::uint32_t size = 0;          ///< of this structure, in bytes
    std::array<char, 32> capstan{};  ///< the version of Capstan it was compiled with
    std::array<char, 208> abi{};     ///< "name=value;" for all that both sides must agree on

    /// Called once by each load, with a registry that knows no provider yet.
    void (*register_providers)(ProviderRegistry& registry) = nullptr;
};
static_assert(!std::is_aggregate_v<ProviderLibraryDescriptor>);
static_assert(std::is_standard_layout_v<ProviderLibraryDescriptor>);
static_assert(std::is_trivially_copyable_v<ProviderLibraryDescriptor>);

namespace detail {

template <std::size_t size>
class FixedText {
public:
    constexpr FixedText& add(std::string_view text) {
        for (const char c : text) text_.at(end_++) = c;
        text_.at(end_) = '\0';
        return *this;
    }
    constexpr FixedText& add(long number) {
        if (number >= 10) add(number / 10);
        const char digit = static_cast<char>('0' + number % 10);
        return add(std::string_view(&digit, 1));
    }
    constexpr const std::array<char, size>& text() const { return text_; }

private:
    std::array<char, size> text_{};
    std::size_t end_ = 0;
};

// Evaluated where it is included, so that both sides tell of themselves.
consteval std::array<char, 208> abi_of_this_source() {
    FixedText<208> text;
#if defined(__clang__)
    text.add("compiler=clang ").add(__clang_major__);
#elif defined(__GNUC__)
    text.add("compiler=gcc ").add(__GNUC__);
#else
    text.add("compiler=other");
#endif
#if defined(_LIBCPP_VERSION)
    text.add(";standard library=libc++ ").add(_LIBCPP_VERSION);
#elif defined(_GLIBCXX_RELEASE)
    text.add(";standard library=libstdc++ ").add(_GLIBCXX_RELEASE);
    text.add(";_GLIBCXX_USE_CXX11_ABI=").add(_GLIBCXX_USE_CXX11_ABI);
#else
    text.add(";standard library=other");
#endif
#if defined(_GLIBCXX_DEBUG)
    text.add(";_GLIBCXX_DEBUG=1");
#else
    text.add(";_GLIBCXX_DEBUG=0");
#endif
    text.add(";C++=").add(__cplusplus);
    text.add(";pointer size=").add(static_cast<long>(sizeof(void*)));
    text.add(";Boost=").add(BOOST_LIB_VERSION);
#if defined(BOOST_ASIO_SEPARATE_COMPILATION)
    text.add(";BOOST_ASIO_SEPARATE_COMPILATION=1");
#else
    text.add(";BOOST_ASIO_SEPARATE_COMPILATION=0");
#endif
    return text.text();
}

}  // namespace detail

/// The descriptor of a library that is compiled as this source is.
consteval ProviderLibraryDescriptor describe_provider_library(
    void (*register_providers)(ProviderRegistry& registry)) {
    ProviderLibraryDescriptor result;
    for (std::size_t i = 0; i < result.magic.size(); ++i) result.magic[i] = "CAPSTAN-PROVIDER"[i];
    result.version = ProviderLibraryDescriptor::current_version;
    result.size = sizeof(ProviderLibraryDescriptor);
    result.capstan = detail::FixedText<32>().add(CAPSTAN_VERSION).text();
    result.abi = detail::abi_of_this_source();
    result.register_providers = register_providers;
    return result;
}

}  // namespace capstan

/// A library of providers defines this; a program does not.
extern "C" [[gnu::visibility("default")]] const capstan::ProviderLibraryDescriptor
    capstan_provider_descriptor;
