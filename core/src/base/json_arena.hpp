#pragma once

#include <boost/json/memory_resource.hpp>

#include <cstddef>
#include <memory>

namespace capstan::detail {

/// Memory for one JSON document at a time. rewind() forgets the document and keeps one block, so
/// documents of a steady size cost no allocation.
class JsonArena final : public boost::json::memory_resource {
public:
    JsonArena() = default;
    JsonArena(const JsonArena&) = delete;
    JsonArena& operator=(const JsonArena&) = delete;
    ~JsonArena() override { release_older(); }

    void rewind() noexcept;

private:
    struct Block {
        Block* older;
        std::size_t size;
    };
    struct Free {
        void operator()(Block* block) const noexcept { ::operator delete(block); }
    };

    void* do_allocate(std::size_t bytes, std::size_t alignment) override;
    void do_deallocate(void*, std::size_t, std::size_t) override {}
    bool do_is_equal(const memory_resource& other) const noexcept override {
        return this == &other;
    }

    void add_block(std::size_t bytes);
    void release_older() noexcept;
    std::byte* begin() const noexcept { return reinterpret_cast<std::byte*>(newest_.get() + 1); }

    std::unique_ptr<Block, Free> newest_;
    std::byte* free_ = nullptr;
    std::byte* end_ = nullptr;
};

}  // namespace capstan::detail

template <>
struct boost::json::is_deallocate_trivial<capstan::detail::JsonArena> {
    static constexpr bool value = true;
};
