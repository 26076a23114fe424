// A provider in a shared library: a handler, its options, and what makes the library one.
#include <capstan/providers/provider_plugin.hpp>

#include <string>
#include <utility>
#include <variant>

namespace {

/// The settings that all providers share, and one of its own.
struct ShoutOptions : capstan::ProviderOptions {
    ShoutOptions() { model = "loud"; }

    std::string ending = "!";
};

void read_settings(capstan::SettingsReader& reader, ShoutOptions& options) {
    read_settings(reader, static_cast<capstan::ProviderOptions&>(options));
    reader.read("ending", options.ending);
}

/// Answers with the question, in capitals. A real one would `co_await` its server's bytes.
class ShoutHandler final : public capstan::ApiHandler {
public:
    explicit ShoutHandler(ShoutOptions options) : options_(std::move(options)) {}

    using ApiHandler::create_message;
    capstan::ChunkStream create_message(capstan::MessageRequest request) override {
        capstan::TextChunk text(in_capitals(request.messages) + options_.ending);
        co_yield std::move(text);
        capstan::FinishChunk finish;
        finish.reason = capstan::FinishReason::stop;
        finish.model = options_.model;
        co_yield std::move(finish);
    }

    capstan::SelectedModel get_model() const override {
        capstan::SelectedModel model;
        model.id = options_.model;
        return model;
    }

private:
    static std::string in_capitals(const capstan::Conversation& messages) {
        if (messages.empty())
            throw capstan::ApiError(capstan::ErrorKind::invalid_request, "there is no question");
        const auto* user = std::get_if<capstan::UserMessage>(&messages.messages().back());
        std::string text = user ? capstan::text_of(user->content) : std::string();
        for (char& c : text)
            if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
        return text;
    }

    ShoutOptions options_;
};

void register_providers(capstan::ProviderRegistry& registry) {
    registry.register_provider("shout", capstan::provider_factory<ShoutHandler, ShoutOptions>());
}

}  // namespace

const capstan::ProviderLibraryDescriptor capstan_provider_descriptor =
    capstan::describe_provider_library(register_providers);
