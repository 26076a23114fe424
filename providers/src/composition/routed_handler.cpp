#include <capstan/providers/routed_handler.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace capstan {
namespace {

ApiError unknown_role(std::string_view role, const Routes& routes) {
    std::vector<std::string_view> names;
    for (const auto& [name, route] : routes) names.push_back(name);
    return ApiError(ErrorKind::configuration, fmt::format("There is no role \"{}\"", role),
                    fmt::format("The roles are {}.", fmt::join(names, ", ")));
}

// The error belongs to the stream, like every other one.
ChunkStream failing(ApiError error) {
    throw ApiError(error);
    co_return;
}

}  // namespace

RoutedHandler::RoutedHandler(Routes routes, std::string default_role)
    : routes_(std::make_shared<const Routes>(std::move(routes))),
      default_role_(std::move(default_role)) {
    for (const auto& [name, route] : *routes_)
        if (!route.handler)
            throw ApiError(ErrorKind::configuration,
                           fmt::format("The role \"{}\" has no handler", name));
    route(default_role_);
}

RoutedHandler::~RoutedHandler() = default;

const Route& RoutedHandler::route(std::string_view role) const {
    const auto found = routes_->find(role.empty() ? std::string_view(default_role_) : role);
    if (found == routes_->end()) throw unknown_role(role.empty() ? default_role_ : role, *routes_);
    return found->second;
}

ChunkStream RoutedHandler::create_message(MessageRequest request) {
    const Route* chosen = nullptr;
    try {
        chosen = &route(request.context.role);
    } catch (const ApiError& error) {
        return failing(error);
    }
    if (request.model.empty()) request.model = chosen->model;
    return chosen->handler->create_message(std::move(request));
}

SelectedModel RoutedHandler::get_model() const { return get_model(default_role_); }

SelectedModel RoutedHandler::get_model(std::string_view role) const {
    const auto& chosen = route(role);
    auto model = chosen.handler->get_model();
    if (!chosen.model.empty() && chosen.model != model.id) {
        model.id = chosen.model;
        model.info = chosen.handler->model_info(chosen.model);
    }
    return model;
}

std::vector<std::shared_ptr<ApiHandler>> RoutedHandler::handlers() const {
    std::vector<std::shared_ptr<ApiHandler>> all{route(default_role_).handler};
    for (const auto& [name, route] : *routes_)
        if (std::ranges::find(all, route.handler) == all.end()) all.push_back(route.handler);
    return all;
}

std::optional<ModelInfo> RoutedHandler::model_info(const std::string& model) const {
    for (const auto& handler : handlers())
        if (auto info = handler->model_info(model)) return info;
    return std::nullopt;
}

asio::awaitable<std::optional<Usage>> RoutedHandler::get_api_stream_usage(
    std::string generation_id) {
    const auto all = handlers();
    for (const auto& handler : all) {
        auto asking = handler->get_api_stream_usage(generation_id);
        auto usage = co_await std::move(asking);
        if (usage) co_return usage;
    }
    co_return std::nullopt;
}

}  // namespace capstan
