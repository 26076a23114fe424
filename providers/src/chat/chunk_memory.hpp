#pragma once

#include <capstan/json.hpp>

#include <boost/json/memory_resource.hpp>

#include <cstddef>
#include <functional>
#include <new>

namespace capstan {

/// Memory for the raw JSON that one chunk carries: what is copied before seal() shares one
/// allocation with the resource itself, where it would take one for each key and text. After seal()
/// each piece is allocated by itself, so that copies of a chunk, which share this memory, may be
/// used by different threads.
class ChunkMemory final : public json::memory_resource {
public:
    /// `self` is set to the object: Boost hides it behind its reference count.
    explicit ChunkMemory(ChunkMemory*& self) noexcept { self = this; }

    void seal() noexcept { used_ = sizeof bytes_; }

private:
    void* do_allocate(std::size_t size, std::size_t alignment) override {
        const std::size_t begin = (used_ + alignment - 1) & ~(alignment - 1);
        if (begin >= sizeof bytes_ || size > sizeof bytes_ - begin) return ::operator new(size);
        used_ = begin + size;
        return bytes_ + begin;
    }

    void do_deallocate(void* memory, std::size_t, std::size_t) override {
        const std::less<const void*> before;
        const bool inside = !before(memory, bytes_) && before(memory, bytes_ + sizeof bytes_);
        if (!inside) ::operator delete(memory);
    }

    bool do_is_equal(const json::memory_resource& other) const noexcept override {
        return this == &other;
    }

    // A fragment of a thought takes about 300 bytes.
    alignas(std::max_align_t) std::byte bytes_[448];
    std::size_t used_ = 0;
};

/// A copy that owns its memory.
inline json::array copy_for_chunk(const json::array& array) {
    ChunkMemory* memory = nullptr;
    const auto storage = json::make_shared_resource<ChunkMemory>(memory);
    json::array copy(array, storage);
    memory->seal();
    return copy;
}

}  // namespace capstan
