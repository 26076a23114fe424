#include "runtime/state_manager_impl.hpp"

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace capstan {
namespace {

using Impl = StateManager::Impl;
using SharedImpl = std::shared_ptr<Impl>;
using Milliseconds = std::chrono::milliseconds;

/// Longer than anyone waits, short enough to be added to a time.
Milliseconds sane(Milliseconds timeout) {
    return std::min<Milliseconds>(timeout, std::chrono::hours(8760));
}

asio::awaitable<bool> settle(SharedImpl impl, Impl::Condition condition, std::uint64_t number,
                             Milliseconds timeout) {
    const auto deadline = std::chrono::steady_clock::now() + sane(timeout);
    auto waiting = detail::Signal::wait(impl->watch(condition, number), deadline);
    co_await std::move(waiting);
    co_return impl->check(condition, number);
}

asio::awaitable<bool> reload_with(SharedImpl impl, Milliseconds timeout) {
    const auto number = impl->ask_reload();
    auto trying = settle(impl, &Impl::is_reload_tried, number, timeout);
    co_await std::move(trying);
    co_return impl->check(&Impl::is_reloaded, number);
}

asio::awaitable<void> load_with(SharedImpl impl) {
    auto waiting = detail::Signal::wait(impl->watch(&Impl::is_loaded, 0), std::nullopt);
    co_await std::move(waiting);
}

struct JobResult {
    bool ran = false;
    std::exception_ptr error;
};

void run_into(JobResult& result, const std::function<void()>& job) {
    try {
        job();
    } catch (...) {
        result.error = std::current_exception();
    }
    result.ran = true;
}

asio::awaitable<void> run_with(SharedImpl impl, std::function<void()> job) {
    auto result = std::make_shared<JobResult>();
    auto signal = impl->post([result, job = std::move(job)] { run_into(*result, job); });
    auto waiting = detail::Signal::wait(std::move(signal), std::nullopt);
    co_await std::move(waiting);
    if (!result->ran) throw boost::system::system_error(asio::error::operation_aborted);
    if (result->error) std::rethrow_exception(std::exchange(result->error, nullptr));
}

}  // namespace

StateManager::StateManager(std::unique_ptr<StateStore> store, StateManagerOptions options)
    : impl_(std::make_shared<Impl>(std::move(store), std::move(options))) {
    impl_->start(impl_);
}

StateManager::~StateManager() { impl_->stop(); }

std::optional<json::value> StateManager::get(std::string_view key) const {
    const auto text = get_text(key);
    return text ? try_parse_json(*text) : std::nullopt;
}

std::shared_ptr<const std::string> StateManager::get_text(std::string_view key) const {
    return impl_->get(key, true);
}

std::shared_ptr<const std::string> StateManager::peek_text(std::string_view key) const {
    return impl_->get(key, false);
}

std::vector<std::string> StateManager::keys(std::string_view prefix) const {
    return impl_->keys(prefix);
}

void StateManager::set(std::string key, const json::value& value) {
    std::vector<StateEntry> changes;
    changes.emplace_back(std::move(key), to_json_text(value));
    impl_->set_all(std::move(changes));
}

void StateManager::remove(std::string key) {
    std::vector<StateEntry> changes;
    changes.emplace_back(std::move(key), std::nullopt);
    impl_->set_all(std::move(changes));
}

void StateManager::set_all(std::vector<StateEntry> changes) { impl_->set_all(std::move(changes)); }

json::value StateManager::update(std::string key, UpdateFunction function) {
    return impl_->update(std::move(key), std::move(function));
}

std::int64_t StateManager::increment(std::string key, std::int64_t by) {
    const auto add = [by](std::optional<json::value> value) -> json::value {
        const auto old = value ? as_int(*value).value_or(0) : 0;
        std::int64_t sum = 0;
        if (__builtin_add_overflow(old, by, &sum)) throw std::overflow_error("counter overflow");
        return sum;
    };
    return as_int(update(std::move(key), add)).value_or(0);
}

bool StateManager::flush(Milliseconds timeout) {
    return impl_->wait(&Impl::is_saved, impl_->ask_flush(), sane(timeout));
}

asio::awaitable<bool> StateManager::flush_async(Milliseconds timeout) {
    return settle(impl_, &Impl::is_saved, impl_->ask_flush(), timeout);
}

bool StateManager::reload(Milliseconds timeout) {
    const auto number = impl_->ask_reload();
    impl_->wait(&Impl::is_reload_tried, number, sane(timeout));
    return impl_->check(&Impl::is_reloaded, number);
}

asio::awaitable<bool> StateManager::reload_async(Milliseconds timeout) {
    return reload_with(impl_, timeout);
}

asio::awaitable<void> StateManager::loaded() { return load_with(impl_); }

asio::awaitable<void> StateManager::run(std::function<void()> job) {
    return run_with(impl_, std::move(job));
}

std::vector<StateNotice> StateManager::notices() const { return impl_->notices(); }

}  // namespace capstan
