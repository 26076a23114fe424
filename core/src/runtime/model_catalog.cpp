#include "runtime/model_catalog_impl.hpp"
#include "runtime/model_endpoints.hpp"

#include <capstan/error.hpp>
#include <capstan/model_slug.hpp>

#include <boost/asio/this_coro.hpp>

#include <unordered_set>
#include <utility>

namespace capstan {
namespace {

using Impl = ModelCatalog::Impl;
using SharedImpl = std::shared_ptr<Impl>;
using detail::ModelIndex;
using detail::ModelPage;

constexpr int max_pages = 100;
constexpr std::chrono::milliseconds reload_timeout{2000};

/// Runs `function` on the state's thread: several megabytes of JSON would hold up the event loop.
template <class Result>
asio::awaitable<Result> compute(SharedImpl impl, std::function<Result()> function) {
    auto result = std::make_shared<Result>();
    auto work = [result, function = std::move(function)] { *result = function(); };
    auto job = impl->state().run(std::move(work));
    co_await std::move(job);
    co_return std::move(*result);
}

asio::awaitable<ModelPage> fetch_page(SharedImpl impl, std::string path) {
    auto request = impl->fetch(std::move(path));
    const auto body = std::make_shared<std::string>();
    *body = co_await std::move(request);
    std::function<ModelPage()> parse = [body] { return detail::parse_model_page(*body); };
    auto parsing = compute<ModelPage>(impl, std::move(parse));
    co_return co_await std::move(parsing);
}

/// Collects the pages' rows, each id once.
struct Listing {
    std::vector<detail::ModelRow> rows;
    std::vector<std::string> entries;
    std::unordered_set<std::string> seen;

    void add(ModelPage page) {
        for (auto& [row, entry] : page.rows) {
            if (!seen.insert(row.id).second) continue;
            rows.push_back(std::move(row));
            entries.push_back(std::move(entry));
        }
    }
};

asio::awaitable<void> fetch_list(SharedImpl impl, std::string) {
    Listing listing;
    std::unordered_set<std::string> queries;
    std::string query;
    for (int count = 0; count < max_pages; ++count) {
        auto fetching = fetch_page(impl, impl->options().list_path + query);
        auto page = co_await std::move(fetching);
        query = page.next_query;
        listing.add(std::move(page));
        // A server that leads back to a page would be asked forever.
        if (query.empty() || !queries.insert(query).second) break;
    }
    if (listing.rows.empty()) throw ApiError(ErrorKind::malformed, "The model list is empty.");
    impl->store(ModelIndex(impl->now_ms(), std::move(listing.rows)), std::move(listing.entries));
}

/// Another process may have fetched it already.
asio::awaitable<void> renew_list(SharedImpl impl, std::string key) {
    auto reloading = impl->state().reload_async(reload_timeout);
    co_await std::move(reloading);
    const auto index = impl->index();
    if (index && !impl->stale(index->fetched_at())) co_return;
    auto fetching = fetch_list(impl, std::move(key));
    co_await std::move(fetching);
}

/// Completes with the flight. Returns false if it has to be tried again.
asio::awaitable<bool> landed(Impl::FlightPtr flight) {
    auto waiting = detail::Signal::wait(flight->done, std::nullopt);
    co_await std::move(waiting);
    co_return !flight->abandoned;
}

/// The index, fetched if there is none; null with `error` set if it cannot be had.
asio::awaitable<Impl::IndexPtr> get_index(SharedImpl impl, std::exception_ptr& error) {
    const auto executor = co_await asio::this_coro::executor;
    auto loading = impl->state().loaded();
    co_await std::move(loading);
    const auto key = impl->list_key();
    for (;;) {
        auto index = impl->index();
        const bool wanted = !index || impl->stale(index->fetched_at());
        if (!wanted || impl->resting(key, &error)) co_return index;
        auto flight = Impl::join(impl, key, renew_list, executor);
        if (index) co_return index;
        auto landing = landed(flight);
        if (co_await std::move(landing) && flight->error) {
            error = flight->error;
            co_return nullptr;
        }
    }
}

asio::awaitable<std::optional<ModelInfo>> find_with(SharedImpl impl, std::string model) {
    if (auto info = impl->overridden(model)) co_return info;
    std::exception_ptr error;
    auto getting = get_index(impl, error);
    const auto index = co_await std::move(getting);
    co_return index ? impl->lookup(*index, model) : std::nullopt;
}

std::vector<ModelInfo> parse_entries(const std::vector<Impl::Text>& texts) {
    std::vector<ModelInfo> result;
    result.reserve(texts.size());
    for (const auto& text : texts) {
        const auto entry = try_parse_json(*text);
        const auto* object = entry ? entry->if_object() : nullptr;
        if (object) result.push_back(model_info_from_json(*object));
    }
    return result;
}

asio::awaitable<std::vector<ModelInfo>> all_with(SharedImpl impl) {
    std::exception_ptr error;
    auto getting = get_index(impl, error);
    const auto index = co_await std::move(getting);
    if (!index) std::rethrow_exception(error);
    std::vector<Impl::Text> texts;
    for (const auto& row : index->rows()) {
        if (auto text = impl->state().peek_text(impl->model_key(row.id))) texts.push_back(text);
    }
    std::function<std::vector<ModelInfo>()> parse = [texts = std::move(texts)] {
        return parse_entries(texts);
    };
    auto parsing = compute<std::vector<ModelInfo>>(impl, std::move(parse));
    co_return co_await std::move(parsing);
}

asio::awaitable<void> refresh_with(SharedImpl impl) {
    const auto executor = co_await asio::this_coro::executor;
    auto loading = impl->state().loaded();
    co_await std::move(loading);
    for (;;) {
        auto flight = Impl::join(impl, impl->list_key(), fetch_list, executor);
        auto landing = landed(flight);
        if (!co_await std::move(landing)) continue;
        if (flight->error) std::rethrow_exception(flight->error);
        co_return;
    }
}

}  // namespace

ModelCatalog::ModelCatalog(std::shared_ptr<StateManager> state, std::string source, Fetcher fetch,
                           ModelCatalogOptions options)
    : impl_(std::make_shared<Impl>(std::move(state), std::move(source), std::move(fetch),
                                   std::move(options))) {}

ModelCatalog::~ModelCatalog() { impl_->close(); }

asio::awaitable<std::optional<ModelInfo>> ModelCatalog::find(std::string model) {
    return find_with(impl_, std::move(model));
}

std::optional<ModelInfo> ModelCatalog::peek(std::string_view model) const {
    if (auto info = impl_->overridden(model)) return info;
    const auto index = impl_->index();
    return index ? impl_->lookup(*index, model) : std::nullopt;
}

asio::awaitable<std::vector<ModelInfo>> ModelCatalog::all() { return all_with(impl_); }

asio::awaitable<std::vector<EndpointInfo>> ModelCatalog::endpoints(std::string model) {
    return detail::find_endpoints(impl_, std::move(model));
}

asio::awaitable<void> ModelCatalog::refresh() { return refresh_with(impl_); }

void ModelCatalog::set_override(std::string model, ModelInfo info) {
    impl_->set_override(std::move(model), std::move(info));
}

}  // namespace capstan
