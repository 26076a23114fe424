#include "splitter.hpp"

#include <limits>

namespace capstan::testing {

void Splitter::whole() noexcept {
    pause_ = first_ ? std::chrono::microseconds(0) : split_.pause_;
    first_ = false;
}

std::size_t Splitter::next() {
    whole();
    switch (split_.kind_) {
        case Split::Kind::every: return split_.size_;
        case Split::Kind::random: return 1 + random_() % split_.size_;
        case Split::Kind::sizes: return next_given();
        case Split::Kind::none: break;
    }
    return std::numeric_limits<std::size_t>::max();
}

std::size_t Splitter::next_given() {
    while (index_ < split_.sizes_.size()) {
        const auto at = index_++;
        if (at < split_.pauses_.size()) pause_ += split_.pauses_[at];
        if (split_.sizes_[at] > 0) return split_.sizes_[at];
    }
    return std::numeric_limits<std::size_t>::max();
}

}  // namespace capstan::testing
