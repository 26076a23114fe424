#include "openrouter/model_choice.hpp"

#include "chat/model_slug.hpp"

#include <algorithm>

namespace capstan {
namespace {

void add_models(std::vector<std::string>& all, std::string_view list) {
    for (std::string& slug : split_list(list))
        if (std::find(all.begin(), all.end(), slug) == all.end()) all.push_back(std::move(slug));
}

}  // namespace

ModelChoice choose_models(const OpenRouterOptions& options, const MessageRequest& request,
                          const json::object& extra) {
    ModelChoice choice;
    const auto raw = find_string(extra, "model");
    add_models(choice.all, raw ? *raw : std::string_view(request.model.empty() ? options.model
                                                                               : request.model));
    const auto& fallbacks = request.models.empty() ? options.fallback_models : request.models;
    for (const std::string& slug : fallbacks) add_models(choice.all, slug);
    if (const json::array* models = find_array(extra, "models")) {
        for (const json::value& slug : *models)
            if (slug.is_string()) add_models(choice.all, slug.get_string());
    }
    if (!choice.all.empty()) choice.model = choice.all.front();
    return choice;
}

}  // namespace capstan
