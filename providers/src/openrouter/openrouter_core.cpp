#include "openrouter/openrouter_core.hpp"

#include "openrouter/openrouter_calls.hpp"
#include "openrouter/provider_preferences.hpp"
#include "openrouter/request_headers.hpp"

#include <capstan/model_slug.hpp>
#include <capstan/state_manager.hpp>

#include <cstdlib>
#include <utility>

namespace capstan::openrouter {
namespace {

std::string from_environment(const char* name) {
    const char* value = std::getenv(name);
    return value ? value : "";
}

std::string resolve_key(const OpenRouterOptions& options) {
    auto key = options.api_key.empty() ? from_environment("OPENROUTER_API_KEY") : options.api_key;
    if (key.empty()) {
        throw ApiError(ErrorKind::configuration, "There is no OpenRouter API key.",
                       "Set OPENROUTER_API_KEY, or OpenRouterOptions::api_key.");
    }
    // Header values cannot hold these; the key itself is not repeated here.
    if (key.find_first_of("\r\n\t ") != std::string::npos) {
        throw ApiError(ErrorKind::configuration, "The OpenRouter API key contains white space.",
                       "Copy the key again, without line ends or spaces.");
    }
    return key;
}

std::string resolve_base_url(const OpenRouterOptions& options) {
    auto url =
        options.base_url.empty() ? from_environment("OPENROUTER_BASE_URL") : options.base_url;
    if (url.empty()) url = "https://openrouter.ai/api/v1";
    while (url.ends_with('/')) url.pop_back();
    if (!url.starts_with("http://") && !url.starts_with("https://")) {
        throw ApiError(ErrorKind::configuration, "The base URL has no http:// or https:// scheme.",
                       "Use a URL such as https://openrouter.ai/api/v1.");
    }
    return url;
}

HttpClient make_http(const OpenRouterOptions& options) {
    try {
        return HttpClient(options.http);
    } catch (const HttpError& error) {
        throw ApiError(ErrorKind::configuration, error.what(),
                       "Check the CA file and the proxy settings.");
    }
}

// The fetcher must not keep the core alive, which owns the catalogue.
asio::awaitable<std::string> fetch(std::weak_ptr<Core> weak, std::string path) {
    auto core = weak.lock();
    if (!core) throw ApiError(ErrorKind::cancelled, "The handler is gone.");
    ApiCall call;
    call.path = std::move(path);
    auto answer = perform(std::move(core), std::move(call));
    co_return co_await std::move(answer);
}

}  // namespace

Core::Core(OpenRouterOptions options)
    : options_(std::move(options)),
      api_key_(resolve_key(options_)),
      base_url_(resolve_base_url(options_)),
      http_(make_http(options_)),
      clock_(options_.clock ? options_.clock : system_clock()) {
    options_.api_key.clear();  // kept in one place only
}

std::shared_ptr<Core> Core::make(OpenRouterOptions options) {
    // Refuses contradictory settings before anything is sent.
    provider_preferences(options.provider_sorting, x_provider_text(options), options.provider);
    std::shared_ptr<Core> core(new Core(std::move(options)));
    auto state = core->options_.state ? core->options_.state : std::make_shared<StateManager>();
    std::weak_ptr<Core> weak = core;
    ModelCatalogOptions catalog_options;
    catalog_options.clock = core->clock_;
    core->catalog_ = std::make_unique<ModelCatalog>(
        std::move(state), core->base_url_,
        [weak](std::string path) { return fetch(weak, std::move(path)); }, catalog_options);
    return core;
}

std::optional<ModelInfo> Core::peek_model(std::string_view model) const {
    if (options_.model_info && model == primary_model(options_.model)) return options_.model_info;
    return catalog_->peek(model);
}

HttpRequest Core::request(std::string method, std::string_view path) const {
    HttpRequest request;
    request.method = std::move(method);
    request.url = base_url_;
    request.url += path;
    request.headers.set("Authorization", "Bearer " + api_key_);
    request.timeouts = options_.timeouts;
    return request;
}

std::string primary_model(std::string_view model) {
    const auto comma = model.find(',');
    auto first = model.substr(0, comma);
    while (first.starts_with(' ')) first.remove_prefix(1);
    while (first.ends_with(' ')) first.remove_suffix(1);
    return std::string(first);
}

bool has_placeholder_reasoning(const std::vector<std::string>& patterns, std::string_view model) {
    const auto id = model.substr(0, model.find(':'));
    for (std::string_view pattern : patterns) {
        const bool any_prefix = pattern.starts_with('*');
        const bool any_suffix = pattern.size() > 1 && pattern.ends_with('*');
        if (any_prefix) pattern.remove_prefix(1);
        if (any_suffix) pattern.remove_suffix(1);
        if (any_prefix && any_suffix ? id.find(pattern) != id.npos
            : any_prefix             ? id.ends_with(pattern)
            : any_suffix             ? id.starts_with(pattern)
                                     : id == pattern)
            return true;
    }
    return false;
}

}  // namespace capstan::openrouter
