#include "composition/caching_core.hpp"

#include "composition/cached_answer_text.hpp"
#include "composition/call_errors.hpp"
#include "exchange/until_stopped.hpp"

#include <capstan/canonical_json.hpp>
#include <capstan/providers/canonical_request.hpp>
#include <capstan/state_manager.hpp>

#include <utility>

namespace capstan {

using composition::Answer;
using composition::Wakeup;

CachingHandler::Core::Core(std::shared_ptr<ApiHandler> handler, CachingOptions options)
    : handler_(std::move(handler)),
      options_(std::move(options)),
      cache_(options_.max_entries, options_.max_bytes, options_.time_to_live) {
    if (!handler_) throw ApiError(ErrorKind::configuration, "A CachingHandler needs a handler");
    if (!options_.clock) options_.clock = system_clock();
}

bool CachingHandler::Core::skips(const MessageRequest& request) {
    if (!request.context.no_cache && !(options_.skip && options_.skip(request))) return false;
    const std::scoped_lock lock(mutex_);
    ++counts_.skipped;
    return true;
}

std::string CachingHandler::Core::key(const MessageRequest& request) const {
    auto form = canonical_request(request);
    if (request.model.empty()) form["model"] = handler_->get_model().id;
    json::object object;
    object["request"] = std::move(form);
    object["scope"] = options_.scope;
    // A RoutedHandler inside chooses by it who answers, even where a model is named.
    if (!request.context.role.empty()) object["role"] = request.context.role;
    return sha256_hex(canonical_json(object));
}

std::string CachingHandler::Core::stored_key(const std::string& key) const {
    return "answers/" + options_.scope + "/" + key;
}

void CachingHandler::Core::remove_stored(const std::vector<std::string>& keys) {
    if (!options_.state) return;
    for (const auto& key : keys) options_.state->remove(stored_key(key));
}

Answer CachingHandler::Core::look_up(const std::string& key) {
    const std::scoped_lock lock(mutex_);
    std::vector<std::string> removed;
    auto answer = cache_.find(key, options_.clock->now(), removed);
    if (!answer && removed.empty()) answer = read_stored(key, removed);
    remove_stored(removed);
    return answer;
}

Answer CachingHandler::Core::read_stored(const std::string& key,
                                         std::vector<std::string>& removed) {
    if (!options_.state) return nullptr;
    const auto text = options_.state->peek_text(stored_key(key));
    if (!text) return nullptr;
    auto cached = composition::read_answer(*text);
    if (!cached) {
        removed.push_back(key);
        return nullptr;
    }
    auto answer = cached->answer;
    const bool kept = cache_.put(key, std::move(*cached), options_.clock->now(), removed);
    return kept ? answer : nullptr;
}

void CachingHandler::Core::store(const std::string& key, const std::vector<StreamChunk>& chunks) {
    if (!composition::is_whole_answer(chunks)) return;
    const auto now = options_.clock->now();
    auto text = composition::write_answer(chunks, now);
    composition::CachedAnswer cached;
    cached.time = now;
    cached.bytes = text.size();
    cached.answer = composition::as_hit(chunks);
    const std::scoped_lock lock(mutex_);
    std::vector<std::string> removed;
    const bool kept = cache_.put(key, std::move(cached), now, removed);
    if (!options_.state) return;
    std::vector<StateEntry> changes;
    if (kept) changes.emplace_back(stored_key(key), std::move(text));
    for (const auto& each : removed) changes.emplace_back(stored_key(each), std::nullopt);
    options_.state->set_all(std::move(changes));
}

std::shared_ptr<Wakeup> CachingHandler::Core::join(const std::string& key) {
    const std::scoped_lock lock(mutex_);
    const auto [flight, is_first] = flights_.try_emplace(key);
    if (is_first) return nullptr;
    auto wakeup = std::make_shared<Wakeup>();
    flight->second.waiting.push_back(wakeup);
    return wakeup;
}

void CachingHandler::Core::land(const std::string& key) {
    const std::scoped_lock lock(mutex_);
    const auto flight = flights_.extract(key);
    if (flight.empty()) return;
    for (const auto& wakeup : flight.mapped().waiting) wakeup->wake();
}

void CachingHandler::Core::count_hit(bool joined) {
    const std::scoped_lock lock(mutex_);
    ++counts_.hits;
    if (joined) ++counts_.joined;
}

asio::awaitable<Answer> CachingHandler::Core::find(std::shared_ptr<Core> core, std::string key,
                                                   std::stop_token stop,
                                                   std::optional<Lead>& lead) {
    const auto& options = core->options_;
    if (options.state) {
        auto loading = exchange::until_stopped(options.state->loaded(), stop);
        co_await std::move(loading);
    }
    const auto began = options.clock->now();
    for (bool joined = false;; joined = true) {
        if (stop.stop_requested())
            throw composition::cancelled_error(ErrorPhase::before_request);
        if (auto answer = core->look_up(key)) {
            core->count_hit(joined);
            co_return answer;
        }
        const auto waited =
            std::chrono::floor<std::chrono::milliseconds>(options.clock->now() - began);
        if (waited >= options.single_flight) break;
        const auto wakeup = core->join(key);
        if (!wakeup) {
            lead.emplace(core, key);
            if (auto answer = core->look_up(key)) {  // the last one has landed just now
                lead.reset();
                core->count_hit(true);
                co_return answer;
            }
            break;
        }
        const std::stop_callback on_stop(stop, [wakeup] { wakeup->wake(); });
        auto waiting = Wakeup::wait(wakeup, options.clock, options.single_flight - waited);
        co_await std::move(waiting);
    }
    const std::scoped_lock lock(core->mutex_);
    ++core->counts_.misses;
    co_return nullptr;
}

CachingState CachingHandler::Core::state() const {
    const std::scoped_lock lock(mutex_);
    auto state = counts_;
    state.entries = cache_.entries();
    state.bytes = cache_.bytes();
    return state;
}

void CachingHandler::Core::clear() {
    const std::scoped_lock lock(mutex_);
    remove_stored(cache_.clear());
}

}  // namespace capstan
