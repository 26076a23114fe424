#include <capstan/providers/openai_compatible.hpp>

#include "compatible/compatible_dialect.hpp"
#include "compatible/model_entries.hpp"
#include "compatible/side_door.hpp"
#include "compatible/site.hpp"
#include "exchange/plain_call.hpp"

#include <utility>

namespace capstan {
namespace {

std::unique_ptr<compatible::SideDoor> open_side_door(const compatible::Setup& setup) {
    ProviderOptions options = setup.options;
    options.base_url = compatible::root_of(options.base_url);
    return std::make_unique<compatible::SideDoor>(std::move(options), setup.dialect);
}

std::vector<ModelInfo> read_list(const std::string& answer) {
    const auto list = try_parse_json(answer);
    if (!list)
        throw ApiError(ErrorKind::malformed, "The list of models is no JSON.",
                       "Check that the base URL is that of an OpenAI-compatible server.");
    return compatible::models_from_list(*list);
}

/// True if the list says how large the context of the running server is.
bool tells_context(const ModelInfo& info) {
    const json::object* meta = find_object(info.raw, "meta");
    return (meta && find_int(*meta, "n_ctx")) || find_int(info.raw, "loaded_context_length");
}

}  // namespace

OpenAiCompatibleHandler::OpenAiCompatibleHandler(OpenAiCompatibleOptions options)
    : OpenAiCompatibleHandler(compatible::prepare(std::move(options))) {}

OpenAiCompatibleHandler::OpenAiCompatibleHandler(compatible::Setup setup)
    : DialectHandler(setup.options, setup.dialect),
      server_(setup.server),
      dialect_(setup.dialect),
      side_door_(open_side_door(setup)) {}

OpenAiCompatibleHandler::~OpenAiCompatibleHandler() = default;

OpenAiFlavour OpenAiCompatibleHandler::flavour() const noexcept { return server_->flavour(); }

SelectedModel OpenAiCompatibleHandler::get_model() const {
    SelectedModel model;
    model.id = options().model;
    model.info = dialect_->model_info(model.id);
    return model;
}

std::optional<ModelInfo> OpenAiCompatibleHandler::model_info(const std::string& model) const {
    return dialect_->model_info(model);
}

asio::awaitable<std::vector<ModelInfo>> OpenAiCompatibleHandler::list_models() {
    ApiCall request;
    request.path = "/models";
    auto asking = exchange::perform(client(), std::move(request));
    const std::string answer = co_await std::move(asking);
    auto models = read_list(answer);
    server_->learn(models);
    co_return models;
}

asio::awaitable<SelectedModel> OpenAiCompatibleHandler::load_model() {
    auto listing = list_models();
    co_await std::move(listing);
    const std::string model = options().model;
    auto info = server_->find(model);
    if (info && !tells_context(*info)) {
        auto asking = ask_running_server(*info);
        ModelInfo better = co_await std::move(asking);
        server_->learn(info->id, std::move(better));
    }
    co_return get_model();
}

/// What the server's own routes add to the entry of its list.
asio::awaitable<ModelInfo> OpenAiCompatibleHandler::ask_running_server(ModelInfo info) {
    const OpenAiFlavour server = flavour();
    if (server == OpenAiFlavour::llama_cpp) {
        auto asking = side_door_->llama_context();
        const auto length = co_await std::move(asking);
        if (length) info.context_length = length;
    } else if (server == OpenAiFlavour::ollama) {
        auto asking = side_door_->ollama_context(info.id);
        const auto length = co_await std::move(asking);
        if (length) info.context_length = length;
    } else if (server == OpenAiFlavour::lm_studio) {
        auto asking = side_door_->lm_studio_model(info.id);
        auto entry = co_await std::move(asking);
        if (entry) info = std::move(*entry);
    }
    co_return info;
}

}  // namespace capstan
