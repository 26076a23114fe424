#include "base/json_arena.hpp"

#include <algorithm>
#include <cstdint>
#include <new>

namespace capstan::detail {

namespace {
constexpr std::size_t first_block = 4 * 1024 - 64;
// A larger block is given back, so that one huge document does not stay for a stream's life.
constexpr std::size_t largest_kept = 32 * 1024;
}  // namespace

void* JsonArena::do_allocate(std::size_t bytes, std::size_t alignment) {
    const auto padding = [this, alignment] {
        // An alignment is a power of two; a division here would be felt.
        return -reinterpret_cast<std::uintptr_t>(free_) & (alignment - 1);
    };
    std::size_t pad = padding();
    if (static_cast<std::size_t>(end_ - free_) < pad + bytes) {
        add_block(bytes + alignment);
        pad = padding();
    }
    std::byte* const result = free_ + pad;
    free_ = result + bytes;
    return result;
}

void JsonArena::add_block(std::size_t bytes) {
    const std::size_t doubled = newest_ ? newest_->size * 2 : first_block;
    const std::size_t size = std::max(bytes + sizeof(Block), doubled);
    auto* const block = new (::operator new(size)) Block;
    block->older = newest_.release();
    block->size = size;
    newest_.reset(block);
    free_ = begin();
    end_ = reinterpret_cast<std::byte*>(block) + size;
}

void JsonArena::rewind() noexcept {
    if (!newest_) return;
    release_older();
    if (newest_->size > largest_kept) {
        newest_.reset();
        free_ = end_ = nullptr;
    } else {
        free_ = begin();
    }
}

void JsonArena::release_older() noexcept {
    if (!newest_) return;
    for (Block* block = newest_->older; block != nullptr;) {
        Block* const older = block->older;
        Free{}(block);
        block = older;
    }
    newest_->older = nullptr;
}

}  // namespace capstan::detail
