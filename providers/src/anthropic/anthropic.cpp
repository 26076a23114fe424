#include <capstan/providers/anthropic.hpp>

#include "anthropic/anthropic_dialect.hpp"
#include "anthropic/claude_models.hpp"
#include "anthropic/request_headers.hpp"
#include "anthropic/request_writer.hpp"

#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

#include <cstdlib>
#include <utility>

namespace capstan {
namespace {

// The handler knows no base URL but its settings', so the environment's is looked up here.
ProviderOptions with_base_url(ProviderOptions options) {
    if (options.base_url.empty())
        if (const char* url = std::getenv("ANTHROPIC_BASE_URL")) options.base_url = url;
    options.base_url = anthropic::with_version(std::move(options.base_url));
    return options;
}

std::string models_path(const std::string& after) {
    std::string path = "/models?limit=1000";
    if (!after.empty())
        path += "&after_id=" + boost::urls::encode(after, boost::urls::unreserved_chars);
    return path;
}

void read_models(const json::object& page, std::vector<ModelInfo>& models) {
    const json::array* list = find_array(page, "data");
    if (!list) return;
    for (const json::value& entry : *list)
        if (const json::object* object = entry.if_object())
            models.push_back(anthropic::claude_info_from_json(*object));
}

}  // namespace

AnthropicHandler::AnthropicHandler(AnthropicOptions options)
    : DialectHandler(with_base_url(options),
                     std::make_shared<anthropic::AnthropicDialect>(options)),
      list_headers_(anthropic::request_headers(options, {})) {}

SelectedModel AnthropicHandler::get_model() const {
    SelectedModel model = DialectHandler::get_model();
    if (!model.info) model.info = anthropic::known_claude(model.id);
    return model;
}

std::optional<ModelInfo> AnthropicHandler::model_info(const std::string& model) const {
    if (model == options().model) return get_model().info;
    return anthropic::known_claude(model);
}

asio::awaitable<std::vector<ModelInfo>> AnthropicHandler::list_models() {
    std::vector<ModelInfo> models;
    std::string after;
    for (;;) {
        ApiCall request;
        request.path = models_path(after);
        request.headers = list_headers_;
        auto calling = call(std::move(request));
        const json::object page = co_await std::move(calling);
        read_models(page, models);
        const std::string last(find_string(page, "last_id").value_or(""));
        // A server that repeats itself would be asked for ever.
        if (find_bool(page, "has_more") != true || last.empty() || last == after) break;
        after = last;
    }
    co_return models;
}

}  // namespace capstan
