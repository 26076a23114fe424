#include "catalogue_answers.hpp"

#include "catalogue.hpp"
#include "http_text.hpp"

#include <fmt/format.h>

#include <charconv>

namespace capstan::testing {

namespace json = boost::json;

namespace {

std::size_t number(const SimRequest& request, std::string_view name, std::size_t otherwise) {
    const auto text = request.query(name);
    std::size_t value = 0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
    return text.empty() || result.ec != std::errc() ? otherwise : value;
}

SimResponse models_answer(const SimRequest& request) {
    const auto& all = catalogue();
    const bool paged = !request.query("offset").empty() || !request.query("limit").empty();
    const auto offset = number(request, "offset", 0);
    const auto limit = paged ? number(request, "limit", 500) : all.size();
    json::array data;
    for (auto i = offset; i < all.size() && i < offset + limit; ++i) data.push_back(all[i]);
    json::object links;
    links["next"] = nullptr;
    if (offset + limit < all.size())
        links["next"] = fmt::format("/api/v1/models?offset={}&limit={}", offset + limit, limit);
    json::object body;
    body["data"] = std::move(data);
    body["total_count"] = all.size();
    body["links"] = std::move(links);
    return json_answer(body);
}

SimResponse about(std::string_view slug, bool endpoints) {
    const auto* model = find_model(slug);
    if (!model) return error_answer(404, fmt::format("Model {} not found", slug));
    json::object body;
    body["data"] = endpoints ? endpoints_of(*model) : *model;
    return json_answer(body);
}

SimResponse providers_answer() {
    json::array data;
    for (const auto& model : catalogue()) {
        const auto endpoints = endpoints_of(model.as_object());
        const auto& endpoint = endpoints.at("endpoints").as_array().front().as_object();
        json::object provider;
        provider["name"] = endpoint.at("provider_name");
        provider["slug"] = endpoint.at("tag");
        provider["privacy_policy_url"] = nullptr;
        if (data.empty() || data.back() != json::value(provider)) data.push_back(provider);
    }
    return json_answer(json::object{{"data", std::move(data)}});
}

}  // namespace

std::optional<SimResponse> catalogue_answer(const SimRequest& request) {
    if (request.method != "GET" && request.method != "HEAD") return std::nullopt;
    const auto path = percent_decode(request.path);
    constexpr std::string_view one = "/model/", many = "/models/", endpoints = "/endpoints";
    if (path == "/models" || path == "/models/user") return models_answer(request);
    if (path == "/models/count")
        return json_answer(json::object{{"data", json::object{{"count", catalogue().size()}}}});
    if (path == "/providers") return providers_answer();
    if (path.starts_with(one)) return about(std::string_view(path).substr(one.size()), false);
    if (!path.starts_with(many) || !path.ends_with(endpoints)) return std::nullopt;
    const auto slug = std::string_view(path).substr(many.size());
    if (slug.size() <= endpoints.size()) return std::nullopt;
    return about(slug.substr(0, slug.size() - endpoints.size()), true);
}

}  // namespace capstan::testing
