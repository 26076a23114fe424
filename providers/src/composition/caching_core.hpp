#pragma once

#include "composition/answer_cache.hpp"
#include "composition/wakeup.hpp"

#include <capstan/providers/caching_handler.hpp>

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace capstan {

/// What the calls of one CachingHandler share. Thread-safe.
class CachingHandler::Core {
public:
    /// One call that asks for all equal ones; its destruction lets the others go on.
    class Lead;

    Core(std::shared_ptr<ApiHandler> handler, CachingOptions options);

    ApiHandler& handler() const noexcept { return *handler_; }
    const CachingOptions& options() const noexcept { return options_; }

    bool skips(const MessageRequest& request);
    std::string key(const MessageRequest& request) const;

    /// The answer, if it is known: waits for the first reading of the storage, and for an equal
    /// call that is under way. Otherwise null, and the call has to ask; `lead` is set if others may
    /// wait for it.
    static asio::awaitable<composition::Answer> find(std::shared_ptr<Core> core, std::string key,
                                                     std::stop_token stop,
                                                     std::optional<Lead>& lead);

    /// Keeps the answer, if it is whole.
    void store(const std::string& key, const std::vector<StreamChunk>& chunks);

    CachingState state() const;
    void clear();

private:
    struct Flight {
        std::vector<std::shared_ptr<composition::Wakeup>> waiting;
    };

    composition::Answer look_up(const std::string& key);
    composition::Answer read_stored(const std::string& key, std::vector<std::string>& removed);
    /// Null: the caller leads.
    std::shared_ptr<composition::Wakeup> join(const std::string& key);
    void land(const std::string& key);
    void count_hit(bool joined);
    std::string stored_key(const std::string& key) const;
    void remove_stored(const std::vector<std::string>& keys);

    std::shared_ptr<ApiHandler> handler_;
    CachingOptions options_;
    mutable std::mutex mutex_;
    composition::AnswerCache cache_;
    std::map<std::string, Flight> flights_;
    CachingState counts_;
};

class CachingHandler::Core::Lead {
public:
    Lead(std::shared_ptr<Core> core, std::string key)
        : core_(std::move(core)), key_(std::move(key)) {}
    Lead(const Lead&) = delete;
    ~Lead() { core_->land(key_); }

private:
    std::shared_ptr<Core> core_;
    std::string key_;
};

}  // namespace capstan
