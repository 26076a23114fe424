#pragma once

#include <capstan/message.hpp>

#include <compare>
#include <cstddef>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace capstan {

/// The transcript: messages in order. A value; a copy shares the messages, which never change, so
/// that it costs one pointer a message. Reading copies from several threads is safe.
///
/// Functions that take an index throw std::out_of_range.
class Conversation {
    struct Entry;
    struct Slot {
        std::shared_ptr<const Entry> entry;
        std::size_t chars = 0;
        bool pinned = false;

        explicit Slot(Message message);
    };
    using Entries = std::vector<Slot>;

public:
    /// The messages as a random-access range of `const Message&`. Valid as long as the conversation
    /// is not changed.
    class Messages;

    Conversation() = default;
    Conversation(std::vector<Message> messages);

    /// A conversation of one user message.
    static Conversation user(std::string text);

    Conversation& add(Message message);
    Conversation& add_system(std::string text);
    Conversation& add_user(std::string text);
    Conversation& add_assistant(std::string text);
    Conversation& add_tool_result(std::string tool_call_id, std::string text);

    /// Replaces one message; it stays pinned if it was.
    void replace(std::size_t index, Message message);
    /// Puts a message before the one at `index`.
    void insert(std::size_t index, Message message);
    /// Removes messages [first, last).
    void erase(std::size_t first, std::size_t last);
    /// A pinned message survives every compaction.
    void pin(std::size_t index, bool pinned = true);
    bool pinned(std::size_t index) const;

    /// The messages; an index out of range is undefined in [], and std::out_of_range in at().
    Messages messages() const noexcept;
    std::size_t size() const noexcept { return entries_.size(); }
    bool empty() const noexcept { return entries_.empty(); }

    /// The text of message `index` as append_message() writes it by default. Made once for each
    /// message, kept with it and shared by all copies of the conversation.
    const std::string& message_text(std::size_t index) const;
    /// The same text, for those who need it longer than the conversation lives.
    std::shared_ptr<const std::string> shared_message_text(std::size_t index) const;

    /// About how many characters a model reads of one message, of all: texts, arguments and
    /// reasoning as they are, a picture, sound or file as some thousand.
    std::size_t chars(std::size_t index) const { return entries_.at(index).chars; }
    std::size_t chars() const noexcept;

    /// Reads a JSON array of messages, or an object with a `messages` array, in OpenAI's format.
    /// Throws ApiError of kind invalid_request that names the place.
    static Conversation from_json(std::string_view text);
    static Conversation from_json(const json::value& value);

    /// The array in OpenAI's format; origins are written as `model` and `provider` of assistant
    /// messages, and pins as `pinned`, so that from_json() gives back an equal conversation.
    std::string to_json_text() const;

private:
    Entries entries_;
};

class Conversation::Messages {
public:
    class iterator;

    std::size_t size() const noexcept;
    bool empty() const noexcept { return size() == 0; }
    const Message& operator[](std::size_t index) const noexcept;
    const Message& at(std::size_t index) const;
    const Message& front() const noexcept { return (*this)[0]; }
    const Message& back() const noexcept { return (*this)[size() - 1]; }
    iterator begin() const noexcept;
    iterator end() const noexcept;

private:
    friend class Conversation;
    explicit Messages(const Entries& entries) noexcept : entries_(&entries) {}

    const Entries* entries_;
};

class Conversation::Messages::iterator {
public:
    using iterator_category = std::random_access_iterator_tag;
    using value_type = Message;
    using difference_type = std::ptrdiff_t;
    using pointer = const Message*;
    using reference = const Message&;

    iterator() = default;
    reference operator*() const noexcept { return Messages(*entries_)[index_]; }
    pointer operator->() const noexcept { return &**this; }
    reference operator[](difference_type n) const noexcept { return *(*this + n); }
    iterator& operator+=(difference_type n) noexcept {
        index_ = static_cast<std::size_t>(static_cast<difference_type>(index_) + n);
        return *this;
    }
    iterator& operator-=(difference_type n) noexcept { return *this += -n; }
    iterator& operator++() noexcept { return *this += 1; }
    iterator& operator--() noexcept { return *this += -1; }
    iterator operator++(int) noexcept {
        const iterator old = *this;
        ++*this;
        return old;
    }
    iterator operator--(int) noexcept {
        const iterator old = *this;
        --*this;
        return old;
    }
    friend iterator operator+(iterator i, difference_type n) noexcept { return i += n; }
    friend iterator operator+(difference_type n, iterator i) noexcept { return i += n; }
    friend iterator operator-(iterator i, difference_type n) noexcept { return i -= n; }
    friend difference_type operator-(const iterator& a, const iterator& b) noexcept {
        return static_cast<difference_type>(a.index_) - static_cast<difference_type>(b.index_);
    }
    friend bool operator==(const iterator& a, const iterator& b) noexcept {
        return a.index_ == b.index_;
    }
    friend auto operator<=>(const iterator& a, const iterator& b) noexcept {
        return a.index_ <=> b.index_;
    }

private:
    friend class Messages;
    iterator(const Entries& entries, std::size_t index) noexcept
        : entries_(&entries), index_(index) {}

    const Entries* entries_ = nullptr;
    std::size_t index_ = 0;
};

inline Conversation::Messages Conversation::messages() const noexcept { return Messages(entries_); }
inline std::size_t Conversation::Messages::size() const noexcept { return entries_->size(); }
inline Conversation::Messages::iterator Conversation::Messages::begin() const noexcept {
    return iterator(*entries_, 0);
}
inline Conversation::Messages::iterator Conversation::Messages::end() const noexcept {
    return iterator(*entries_, entries_->size());
}

}  // namespace capstan
