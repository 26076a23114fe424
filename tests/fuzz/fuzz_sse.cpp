// A stream read whole, byte by byte, and cut where the first input byte says must give the same
// events, and the same as the slow reference reader.
#include "../unit/core/sse_reference.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

std::vector<std::string> cut(const std::string& text, unsigned seed) {
    std::vector<std::string> pieces;
    unsigned state = seed * 2654435761U + 1;
    for (std::size_t at = 0; at < text.size();) {
        state = state * 1664525U + 1013904223U;
        const std::size_t size = (state >> 24) % (1 + seed % 32);
        pieces.push_back(text.substr(at, size + 1));
        at += size + 1;
    }
    return pieces;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    if (size == 0) return 0;
    const std::string text(reinterpret_cast<const char*>(bytes) + 1, size - 1);
    const capstan::test::SseResult expected = capstan::test::read_sse_slowly(text);
    if (capstan::test::read_sse({text}) != expected) std::abort();
    if (capstan::test::read_sse(cut(text, 0)) != expected) std::abort();
    if (capstan::test::read_sse(cut(text, bytes[0])) != expected) std::abort();
    return 0;
}
