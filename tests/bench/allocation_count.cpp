#include "allocation_count.hpp"

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

// A counter of each thread's own; shared ones would be felt in the figures.
std::atomic<std::uint64_t> finished_threads{0};

struct ThreadCount {
    std::uint64_t value = 0;
    ~ThreadCount() { finished_threads += value; }
};
thread_local ThreadCount count;

void* counted(std::size_t size) {
    ++count.value;
    if (void* memory = std::malloc(size)) return memory;
    throw std::bad_alloc();
}

void* counted(std::size_t size, std::align_val_t alignment) {
    ++count.value;
    const auto step = static_cast<std::size_t>(alignment);
    if (void* memory = std::aligned_alloc(step, (size + step - 1) / step * step)) return memory;
    throw std::bad_alloc();
}

}  // namespace

void* operator new(std::size_t size) { return counted(size); }
void* operator new[](std::size_t size) { return counted(size); }
void* operator new(std::size_t size, std::align_val_t alignment) {
    return counted(size, alignment);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

namespace bench {

std::uint64_t allocations() noexcept { return finished_threads + count.value; }

}  // namespace bench
