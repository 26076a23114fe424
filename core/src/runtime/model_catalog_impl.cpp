#include "runtime/model_catalog_impl.hpp"

#include <capstan/error.hpp>
#include <capstan/model_slug.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>

#include <unordered_set>
#include <utility>

namespace capstan {
namespace {

using Impl = ModelCatalog::Impl;

/// Ends a flight whatever happens to its coroutine, its destruction included.
class Landing {
public:
    Landing(std::shared_ptr<Impl> impl, std::string key, Impl::FlightPtr flight)
        : impl_(std::move(impl)), key_(std::move(key)), flight_(std::move(flight)) {}
    Landing(const Landing&) = delete;
    ~Landing() {
        if (flight_) impl_->land(key_, flight_, nullptr, true);
    }
    void operator()(std::exception_ptr error) {
        impl_->land(key_, std::exchange(flight_, nullptr), std::move(error), false);
    }

private:
    std::shared_ptr<Impl> impl_;
    std::string key_;
    Impl::FlightPtr flight_;
};

asio::awaitable<void> fly(std::shared_ptr<Impl> impl, std::string key, Impl::FlightPtr flight,
                          Impl::Work work) {
    Landing land(impl, key, std::move(flight));
    try {
        auto operation = work(impl, key);
        co_await std::move(operation);
        land(nullptr);
    } catch (...) {
        land(std::current_exception());
    }
}

}  // namespace

ModelCatalog::Impl::Impl(std::shared_ptr<StateManager> state, std::string source, Fetcher fetch,
                         ModelCatalogOptions options)
    : state_(state ? std::move(state) : std::make_shared<StateManager>()),
      prefix_("model-catalog|" + std::move(source) + "|"),
      fetch_(std::move(fetch)),
      options_(std::move(options)) {}

ModelCatalog::Impl::TimePoint ModelCatalog::Impl::now() const {
    return options_.clock ? options_.clock->now() : std::chrono::system_clock::now();
}

std::int64_t ModelCatalog::Impl::now_ms() const {
    return std::chrono::floor<std::chrono::milliseconds>(now().time_since_epoch()).count();
}

/// Times in the future come from a clock that was wrong; they are no reason to keep data forever.
bool ModelCatalog::Impl::stale(std::int64_t fetched_at) const {
    const auto age = now_ms() - fetched_at;
    return age < 0 || age >= options_.ttl.count();
}

std::string ModelCatalog::Impl::model_key(std::string_view id) const {
    return (prefix_ + "m|").append(id);
}

std::string ModelCatalog::Impl::endpoints_key(std::string_view id) const {
    return (prefix_ + "e|").append(id);
}

ModelCatalog::Impl::IndexPtr ModelCatalog::Impl::index() const {
    const auto text = state_->peek_text(list_key());
    const std::scoped_lock lock(mutex_);
    if (text == index_text_) return index_;
    index_text_ = text;
    index_ = nullptr;
    parsed_.clear();
    if (!text) return nullptr;
    if (auto index = detail::ModelIndex::parse(*text)) {
        index_ = std::make_shared<const detail::ModelIndex>(std::move(*index));
    }
    return index_;
}

std::optional<ModelInfo> ModelCatalog::Impl::lookup(const detail::ModelIndex& index,
                                                    std::string_view model) const {
    const auto id = index.resolve(model);
    const auto text = id ? state_->peek_text(model_key(*id)) : nullptr;
    if (!text) return std::nullopt;
    std::shared_ptr<const ModelInfo> info;
    {
        const std::scoped_lock lock(mutex_);
        auto& parsed = parsed_[*id];
        if (parsed.text != text) {
            const auto entry = try_parse_json(*text);
            if (!entry || !entry->is_object()) return std::nullopt;
            parsed.info = std::make_shared<const ModelInfo>(
                model_info_from_json(entry->get_object()));
            parsed.text = text;
        }
        info = parsed.info;
    }
    return *info;
}

void ModelCatalog::Impl::store(detail::ModelIndex index, std::vector<std::string> entries) {
    std::vector<StateEntry> changes;
    std::unordered_set<std::string> kept;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        auto key = model_key(index.rows()[i].id);
        kept.insert(key);
        const auto old = state_->peek_text(key);
        if (!old || *old != entries[i]) changes.emplace_back(std::move(key), std::move(entries[i]));
    }
    for (auto& key : state_->keys(model_key({}))) {
        if (!kept.contains(key)) changes.emplace_back(std::move(key), std::nullopt);
    }
    changes.emplace_back(list_key(), index.to_text());
    state_->set_all(std::move(changes));
}

std::optional<ModelInfo> ModelCatalog::Impl::overridden(std::string_view model) const {
    const std::scoped_lock lock(mutex_);
    auto found = overrides_.find(model);
    if (found == overrides_.end()) found = overrides_.find(base_model_id(model));
    return found == overrides_.end() ? std::nullopt : std::optional(found->second);
}

void ModelCatalog::Impl::set_override(std::string model, ModelInfo info) {
    const std::scoped_lock lock(mutex_);
    overrides_.insert_or_assign(std::move(model), std::move(info));
}

ModelCatalog::Impl::FlightPtr ModelCatalog::Impl::join(const std::shared_ptr<Impl>& self,
                                                       const std::string& key, Work work,
                                                       const asio::any_io_executor& executor) {
    auto flight = std::make_shared<Flight>();
    auto strand = asio::make_strand(executor);
    auto cancellation = std::make_shared<asio::cancellation_signal>();
    flight->cancel = [strand, cancellation] {
        asio::post(strand,
                   [cancellation] { cancellation->emit(asio::cancellation_type::terminal); });
    };
    {
        const std::scoped_lock lock(self->mutex_);
        if (self->closed_) throw ApiError(ErrorKind::cancelled, "The model catalogue is closed.");
        const auto [entry, is_new] = self->flights_.try_emplace(key, flight);
        if (!is_new) return entry->second;
    }
    // The token keeps the signal for as long as the coroutine may listen to it.
    const auto ended = [cancellation](std::exception_ptr) {};
    asio::co_spawn(strand, fly(self, key, flight, work),
                   asio::bind_cancellation_slot(cancellation->slot(), ended));
    return flight;
}

void ModelCatalog::Impl::land(const std::string& key, const FlightPtr& flight,
                              std::exception_ptr error, bool abandoned) {
    {
        const std::scoped_lock lock(mutex_);
        flight->error = error;
        flight->abandoned = abandoned;
        flight->cancel = nullptr;
        flights_.erase(key);
        std::erase_if(failures_, [now = now()](const auto& f) { return f.second.until <= now; });
        if (error) {
            failures_.insert_or_assign(key, Failure{now() + options_.negative_ttl, error});
        } else if (!abandoned) {
            failures_.erase(key);
        }
    }
    flight->done->fire();
}

bool ModelCatalog::Impl::resting(const std::string& key, std::exception_ptr* error) const {
    const std::scoped_lock lock(mutex_);
    const auto failure = failures_.find(key);
    if (failure == failures_.end() || failure->second.until <= now()) return false;
    if (error) *error = failure->second.error;
    return true;
}

void ModelCatalog::Impl::close() {
    // Under the lock, so that no flight lands, and lets its context go, in between.
    const std::scoped_lock lock(mutex_);
    closed_ = true;
    for (const auto& [key, flight] : flights_) flight->cancel();
}

}  // namespace capstan
