#pragma once

#include <capstan/api_handler.hpp>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace capstan {

/// Who answers in one role.
struct Route {
    Route() = default;
    Route(std::shared_ptr<ApiHandler> handler_, std::string model_ = {})
        : handler(std::move(handler_)), model(std::move(model_)) {}

    std::shared_ptr<ApiHandler> handler;
    /// Asked for when the request names no model. Empty: the handler's own.
    std::string model;
};
static_assert(!std::is_aggregate_v<Route>);

/// Roles by name; any names will do. Those that coding agents use: "planning" (a strong model),
/// "coding" and "fast" (a cheap one, for summaries and titles).
using Routes = std::map<std::string, Route, std::less<>>;

/// A handler and a model for each role. CallContext::role says which one a call has; a call without
/// one is answered in the default role.
///
///     Routes routes;
///     routes["planning"] = Route(openrouter, "anthropic/claude-opus-4.5");
///     routes["fast"] = Route(local);
///     RoutedHandler handler(std::move(routes), "planning");
///
/// A role that is not there comes out of the stream as ApiError of kind configuration, with the
/// roles there are. Adds nothing to a stream: what the role's handler gives is given as it is.
/// Thread-safe.
class RoutedHandler final : public ApiHandler {
public:
    /// Throws ApiError of kind configuration without routes, when a handler is null, or when the
    /// default role is not among them.
    RoutedHandler(Routes routes, std::string default_role);
    ~RoutedHandler() override;

    using ApiHandler::create_message;
    ChunkStream create_message(MessageRequest request) override;

    /// The default role's.
    SelectedModel get_model() const override;
    /// Another role's; throws as create_message()'s stream does.
    SelectedModel get_model(std::string_view role) const;
    /// Of the first role, in order of their names, whose handler knows the model; the default role
    /// is asked first.
    std::optional<ModelInfo> model_info(const std::string& model) const override;
    /// Asks each handler once.
    asio::awaitable<std::optional<Usage>> get_api_stream_usage(std::string generation_id) override;

    const Routes& routes() const noexcept { return *routes_; }

private:
    const Route& route(std::string_view role) const;
    std::vector<std::shared_ptr<ApiHandler>> handlers() const;

    std::shared_ptr<const Routes> routes_;
    std::string default_role_;
};

}  // namespace capstan
