#pragma once

#include <capstan/message_request.hpp>
#include <capstan/providers/openrouter_options.hpp>

#include <string>
#include <type_traits>
#include <vector>

namespace capstan {

/// Which models a call names: `all` is `model` and then the fallbacks, without repetitions.
struct ModelChoice {
    ModelChoice() = default;

    std::string model;  ///< empty: the account's default model
    std::vector<std::string> all;
};
static_assert(!std::is_aggregate_v<ModelChoice>);

/// A comma list in `model` is the model and its fallbacks. The request's model replaces the
/// handler's, the request's `models` replace the handler's fallbacks, and a model or models in the
/// raw fields (`extra`) win over all.
ModelChoice choose_models(const OpenRouterOptions& options, const MessageRequest& request,
                          const json::object& extra);

}  // namespace capstan
