#pragma once

#include "composition/pause.hpp"

#include <capstan/chunk.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace capstan::composition {

/// A whole answer, shared by those who read it.
using Answer = std::shared_ptr<const std::vector<StreamChunk>>;

/// An answer as it is kept.
struct CachedAnswer {
    CachedAnswer() = default;

    std::chrono::system_clock::time_point time;
    std::size_t bytes = 0;
    Answer answer;
};

/// Answers by key: the least recently used ones go first. Not thread-safe.
class AnswerCache {
public:
    using TimePoint = std::chrono::system_clock::time_point;

    AnswerCache(std::size_t max_entries, std::size_t max_bytes,
                std::chrono::milliseconds time_to_live)
        : max_entries_(max_entries),
          max_bytes_(max_bytes),
          time_to_live_(std::clamp(time_to_live, std::chrono::milliseconds(0), longest_time)) {}

    /// Null if there is none, or it is too old; that one is removed, and so are its traces: its key
    /// is added to `removed`.
    Answer find(const std::string& key, TimePoint now, std::vector<std::string>& removed);

    /// False if it is too large or too old to be kept. What goes for it is added to `removed`.
    bool put(const std::string& key, CachedAnswer answer, TimePoint now,
             std::vector<std::string>& removed);

    /// Forgets everything; gives the keys.
    std::vector<std::string> clear();

    std::size_t entries() const noexcept { return index_.size(); }
    std::size_t bytes() const noexcept { return bytes_; }

private:
    struct Entry {
        std::string key;
        CachedAnswer cached;
    };
    using Entries = std::list<Entry>;  // the most recently used one first

    bool fresh(TimePoint time, TimePoint now) const;
    void remove(Entries::iterator entry);

    std::size_t max_entries_;
    std::size_t max_bytes_;
    std::chrono::milliseconds time_to_live_;
    Entries entries_;
    std::unordered_map<std::string, Entries::iterator> index_;
    std::size_t bytes_ = 0;
};

}  // namespace capstan::composition
