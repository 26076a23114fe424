#include "runtime/model_endpoints.hpp"

#include <capstan/error.hpp>
#include <capstan/model_slug.hpp>

#include <boost/asio/this_coro.hpp>

#include <array>
#include <utility>

namespace capstan::detail {
namespace {

using Impl = ModelCatalog::Impl;
using SharedImpl = std::shared_ptr<Impl>;

/// What a path segment may contain as it is (RFC 3986 pchar, without the sub-delimiters).
bool is_plain(unsigned char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           std::string_view("-._~:@").find(static_cast<char>(c)) != std::string_view::npos;
}

std::string escaped_segment(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string result;
    for (const unsigned char c : text) {
        if (is_plain(c)) {
            result += static_cast<char>(c);
        } else {
            result.append("%").append(1, digits[c >> 4]).append(1, digits[c & 15]);
        }
    }
    return result;
}

/// The "data" object of an answer, or of what is stored.
struct Stored {
    std::int64_t fetched_at = 0;
    std::vector<EndpointInfo> endpoints;
};

std::vector<EndpointInfo> read_endpoints(const json::array& list) {
    std::vector<EndpointInfo> result;
    for (const auto& value : list) {
        const auto* entry = value.if_object();
        if (entry) result.push_back(endpoint_info_from_json(*entry));
    }
    return result;
}

std::optional<Stored> read_stored(const Impl::Text& text) {
    const auto document = text ? try_parse_json(*text) : std::nullopt;
    const auto* object = document ? document->if_object() : nullptr;
    const auto fetched_at = object ? find_int(*object, "fetched_at") : std::nullopt;
    const auto* list = object ? find_array(*object, "endpoints") : nullptr;
    if (!fetched_at || !list) return std::nullopt;
    return Stored{*fetched_at, read_endpoints(*list)};
}

std::string stored_form(std::string_view body, std::int64_t fetched_at) {
    const auto document = try_parse_json(body);
    const auto* object = document ? document->if_object() : nullptr;
    const auto* data = object ? find_object(*object, "data") : nullptr;
    const auto* list = data ? find_array(*data, "endpoints") : nullptr;
    if (!list) throw ApiError(ErrorKind::malformed, "The list of endpoints is not a list.");
    if (read_endpoints(*list).empty()) {
        throw ApiError(ErrorKind::not_found, "No provider offers the model.");
    }
    json::object stored;
    stored["fetched_at"] = fetched_at;
    stored["endpoints"] = *list;
    return to_json_text(stored);
}

asio::awaitable<void> fetch_endpoints(SharedImpl impl, std::string key) {
    const auto id = key.substr(impl->endpoints_key({}).size());
    auto request = impl->fetch(endpoints_path(id));
    const auto body = co_await std::move(request);
    std::vector<StateEntry> changes;
    changes.emplace_back(key, stored_form(body, impl->now_ms()));
    impl->state().set_all(std::move(changes));
}

/// None at all is an answer, and not a failure to tell.
std::vector<EndpointInfo> none_or_throw(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const ApiError& failure) {
        if (failure.kind() != ErrorKind::not_found) throw;
        return {};
    }
}

std::string endpoint_model_id(const Impl& impl, std::string_view model) {
    const auto index = impl.index();
    const auto id = index ? index->resolve(model) : std::nullopt;
    return id ? *id : base_model_id(model);
}

}  // namespace

std::string endpoints_path(std::string_view id) {
    const auto slash = id.find('/');
    if (slash == std::string_view::npos || slash == 0 || slash + 1 == id.size()) return {};
    return "/models/" + escaped_segment(id.substr(0, slash)) + "/" +
           escaped_segment(id.substr(slash + 1)) + "/endpoints";
}

asio::awaitable<std::vector<EndpointInfo>> find_endpoints(SharedImpl impl, std::string model) {
    const auto executor = co_await asio::this_coro::executor;
    auto loading = impl->state().loaded();
    co_await std::move(loading);
    const auto id = endpoint_model_id(*impl, model);
    if (endpoints_path(id).empty()) co_return std::vector<EndpointInfo>{};
    const auto key = impl->endpoints_key(id);
    std::exception_ptr error;
    for (;;) {
        auto stored = read_stored(impl->state().peek_text(key));
        if (stored && !impl->stale(stored->fetched_at)) co_return std::move(stored->endpoints);
        if (!impl->resting(key, &error)) {
            auto flight = Impl::join(impl, key, fetch_endpoints, executor);
            if (!stored) {
                auto waiting = Signal::wait(flight->done, std::nullopt);
                co_await std::move(waiting);
                if (!flight->error) continue;
                error = flight->error;
            }
        }
        if (stored) co_return std::move(stored->endpoints);
        co_return none_or_throw(error);
    }
}

}  // namespace capstan::detail
