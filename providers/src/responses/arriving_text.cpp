#include "responses/arriving_text.hpp"

#include <capstan/json.hpp>

#include <utility>

namespace capstan::responses {
namespace {

constexpr std::uint64_t empty_hash = 0xcbf29ce484222325u;

std::uint64_t hash_of(std::string_view text, std::uint64_t hash) noexcept {
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
    return hash;
}

}  // namespace

ArrivingText::ArrivingText() noexcept : hash_(empty_hash) {}

std::string ArrivingText::hand_out(std::string piece) {
    size_ += piece.size();
    hash_ = hash_of(piece, hash_);
    return piece;
}

std::string ArrivingText::add(std::string_view delta) { return hand_out(joiner_.join(delta)); }

std::string ArrivingText::complete(std::string_view whole) {
    std::string text = to_valid_utf8(whole);
    if (text.size() <= size_) return {};
    if (hash_of(std::string_view(text).substr(0, size_), empty_hash) != hash_) return {};
    text.erase(0, size_);
    joiner_ = TextJoiner();  // what it held back is the beginning of this rest
    return hand_out(std::move(text));
}

std::string ArrivingText::flush() {
    return hand_out(joiner_.flush());
}

}  // namespace capstan::responses
