#include "compatible/compatible_dialect.hpp"

#include "compatible/compatible_decoder.hpp"
#include "compatible/request_writer.hpp"
#include "compatible/site.hpp"

#include <cstdlib>
#include <utility>

namespace capstan::compatible {
namespace {

std::string environment_url() {
    const char* value = std::getenv("OPENAI_BASE_URL");
    return value ? value : "";
}

}  // namespace

CompatibleDialect::CompatibleDialect(ProviderOptions options, ProviderSite site,
                                     std::shared_ptr<const Server> server)
    : options_(std::move(options)), site_(std::move(site)), server_(std::move(server)) {
    options_.api_key.clear();
}

ProviderSupport CompatibleDialect::support() const {
    ProviderSupport support;
    support.tools = true;
    support.reasoning = true;
    support.reasoning_replay = true;
    support.images = true;
    support.files = true;
    support.audio = true;
    support.structured_output = true;
    support.model_list = true;
    return support;
}

WireRequest CompatibleDialect::write(const MessageRequest& request, ReasoningReplay replay) const {
    const std::string model = model_of(options_, request);
    const auto info = model_info(model);
    return write_request(options_, server_->quirks(model), request, info ? &*info : nullptr,
                         replay);
}

std::unique_ptr<AnswerDecoder> CompatibleDialect::decoder(const WireRequest&) const {
    return std::make_unique<CompatibleDecoder>(*server_->quirks().think_tags);
}

std::optional<ModelInfo> CompatibleDialect::model_info(const std::string& model) const {
    if (options_.model_info && model == options_.model) return options_.model_info;
    return server_->find(model);
}

Setup prepare(OpenAiCompatibleOptions options) {
    Setup setup;
    const std::string from_environment = environment_url();
    const bool own_place = options.base_url.empty();
    options.base_url = choose_base_url(options, from_environment);
    OpenAiFlavour flavour = options.flavour;
    if (flavour == OpenAiFlavour::automatic) flavour = flavour_of_url(options.base_url);
    const bool own_url = own_place && !from_environment.empty() &&
                         (options.flavour == OpenAiFlavour::automatic ||
                          options.flavour == OpenAiFlavour::openai);
    setup.server = std::make_shared<Server>(flavour, options.quirks);
    setup.options = options;
    setup.dialect = std::make_shared<CompatibleDialect>(
        setup.options, site_of(flavour, options.base_url, own_url), setup.server);
    return setup;
}

}  // namespace capstan::compatible
