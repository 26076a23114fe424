#include <capstan/model_slug.hpp>

#include <algorithm>
#include <array>

namespace capstan {
namespace {

constexpr std::array<std::string_view, 5> routing_suffixes = {"nitro", "floor", "exacto", "online",
                                                              "batch"};

bool is_routing_suffix(std::string_view suffix) noexcept {
    return std::find(routing_suffixes.begin(), routing_suffixes.end(), suffix) !=
           routing_suffixes.end();
}

}  // namespace

std::string base_model_id(std::string_view model) {
    model = model.substr(0, model.find("@preset/"));
    auto colon = model.find(':');
    std::string id(model.substr(0, colon));
    while (colon != std::string_view::npos) {
        model.remove_prefix(colon + 1);
        colon = model.find(':');
        const auto suffix = model.substr(0, colon);
        if (!is_routing_suffix(suffix)) id.append(":").append(suffix);
    }
    return id;
}

std::string_view model_family(std::string_view model) noexcept {
    if (!model.empty() && model.front() == '~') model.remove_prefix(1);
    const auto slash = model.find('/');
    if (slash == std::string_view::npos || model.front() == '@') return {};
    return model.substr(0, slash);
}

std::string_view model_variant(std::string_view model) noexcept {
    const auto colon = model.find(':');
    return colon == std::string_view::npos ? std::string_view{} : model.substr(colon + 1);
}

}  // namespace capstan
