#include "composition/answer_cache.hpp"

#include <utility>

namespace capstan::composition {

bool AnswerCache::fresh(TimePoint time, TimePoint now) const {
    // One from the future was made before the clock was set back: its age is unknown.
    return time <= now && now - time < time_to_live_;
}

void AnswerCache::remove(Entries::iterator entry) {
    bytes_ -= entry->cached.bytes;
    index_.erase(entry->key);
    entries_.erase(entry);
}

Answer AnswerCache::find(const std::string& key, TimePoint now,
                         std::vector<std::string>& removed) {
    const auto found = index_.find(key);
    if (found == index_.end()) return nullptr;
    const auto entry = found->second;
    if (!fresh(entry->cached.time, now)) {
        removed.push_back(key);
        remove(entry);
        return nullptr;
    }
    entries_.splice(entries_.begin(), entries_, entry);
    return entry->cached.answer;
}

bool AnswerCache::put(const std::string& key, CachedAnswer answer, TimePoint now,
                      std::vector<std::string>& removed) {
    if (const auto old = index_.find(key); old != index_.end()) remove(old->second);
    if (!fresh(answer.time, now) || answer.bytes > max_bytes_ || max_entries_ == 0) {
        removed.push_back(key);
        return false;
    }
    bytes_ += answer.bytes;
    entries_.push_front(Entry{key, std::move(answer)});
    index_[key] = entries_.begin();
    while (entries_.size() > max_entries_ || bytes_ > max_bytes_) {
        removed.push_back(entries_.back().key);
        remove(std::prev(entries_.end()));
    }
    return true;
}

std::vector<std::string> AnswerCache::clear() {
    std::vector<std::string> keys;
    for (auto& entry : entries_) keys.push_back(std::move(entry.key));
    entries_.clear();
    index_.clear();
    bytes_ = 0;
    return keys;
}

}  // namespace capstan::composition
