// What is said of libraries that cannot be loaded.
#include "registry/library_check.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cstring>
#include <sstream>
#include <string>

using namespace capstan;
using namespace capstan::registry;

namespace {

bool has(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

constexpr auto good = describe_provider_library(nullptr);

template <std::size_t size>
void write(std::array<char, size>& into, std::string_view text) {
    into.fill('\0');
    std::copy(text.begin(), text.end(), into.begin());
}

std::string refused(const ProviderLibraryDescriptor& descriptor) {
    const auto refusal = check_descriptor(descriptor);
    return refusal ? refusal->problem + ' ' + refusal->remedy : std::string();
}

std::string bytes_of(const ProviderLibraryDescriptor& descriptor) {
    std::string bytes(sizeof descriptor, '\0');
    std::memcpy(bytes.data(), &descriptor, sizeof descriptor);
    return bytes;
}

std::optional<ProviderLibraryDescriptor> found_in(const std::string& bytes) {
    std::istringstream file(bytes);
    return find_descriptor(file);
}

}  // namespace

TEST_CASE("a library that was compiled as this program is accepted") {
    CHECK(!check_descriptor(good));
    CHECK(has(good.abi.data(), "compiler="));
    CHECK(has(good.abi.data(), "Boost="));
}

TEST_CASE("a refusal names what differs") {
    auto other = good;
    std::string abi = good.abi.data();
    abi.replace(abi.find("pointer size=8"), 14, "pointer size=4");
    write(other.abi, abi);
    CHECK(has(refused(other), "(pointer size: \"4\" there, \"8\" here)"));
    abi.replace(abi.find("compiler="), 9, "compiler=x");
    write(other.abi, abi);
    CHECK(has(refused(other), "compiler: \"x"));
    CHECK(has(refused(other), "; pointer size"));
    write(other.abi, "");
    CHECK(has(refused(other), "Boost: \"unknown\" there"));
    write(other.abi, std::string(good.abi.data()) + ";new=1");
    CHECK(has(refused(other), "it says"));
    other.abi.fill('\x1B');  // no end, and nothing for a terminal
    CHECK(!has(refused(other), "\x1B"));
    CHECK(!refused(other).empty());
}

TEST_CASE("other versions and sizes are refused") {
    auto other = good;
    write(other.capstan, "99.1");
    CHECK(has(refused(other), "compiled with Capstan \"99.1\""));
    other.version = 7;
    CHECK(has(refused(other), "its descriptor has version 7"));
    other = good;
    other.size = 100;
    CHECK(!refused(other).empty());
}

TEST_CASE("the descriptor is found wherever it stands in the file") {
    const auto bytes = bytes_of(good);
    constexpr std::size_t block = 256 * 1024;
    for (const std::size_t before :
         {std::size_t{0}, std::size_t{1}, std::size_t{1000}, block - 300, block - 272, block - 271,
          block - 16, block - 8, block - 1, block, block + 1, 2 * block - 100}) {
        CAPTURE(before);
        const auto found = found_in(std::string(before, 'C') + bytes + "behind");
        REQUIRE(found);
        CHECK(bytes_of(*found) == bytes);
        CHECK(found_in(std::string(before, 'C') + bytes));
        CHECK(!found_in(std::string(before, 'C') + bytes.substr(0, bytes.size() - 1)));
    }
}

TEST_CASE("the magic words alone are no descriptor, and hide none") {
    const std::string magic = "CAPSTAN-PROVIDER";
    CHECK(!found_in(""));
    CHECK(!found_in(magic));
    CHECK(!found_in(magic + " is what it begins with" + std::string(1000, ' ')));
    CHECK(found_in(magic + magic + std::string(500, ' ') + bytes_of(good)));
    std::string many;
    for (int i = 0; i < 20'000; ++i) many += magic;
    CHECK(found_in(many + bytes_of(good)));
}

TEST_CASE("what the system says of a library is explained") {
    const auto said = [](std::string_view error) {
        const auto refusal = explain_load_error(error);
        return refusal.problem + ' ' + refusal.remedy;
    };
    const auto ours = said("./x.so: undefined symbol: _ZN7capstan10ApiHandlerD2Ev");
    CHECK(has(ours, "it needs capstan::ApiHandler::~ApiHandler()"));
    CHECK(has(ours, "capstan_enable_provider_libraries()"));
    const auto other = said("x: undefined symbol: sqlite3_open, version X\n");
    CHECK(has(other, "it needs sqlite3_open, which"));
    CHECK(has(other, "Link the library with what it needs"));
    CHECK(has(said("libfoo.so.1: cannot open shared object file: No such file or directory"),
              "a library that it needs is missing: libfoo.so.1"));
    CHECK(has(said("x.so: invalid ELF header"), "cannot load it: x.so: invalid ELF header"));
    CHECK(has(said("undefined symbol: "), "it needs "));
}
