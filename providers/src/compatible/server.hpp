#pragma once

#include <capstan/model_info.hpp>
#include <capstan/providers/openai_compatible.hpp>

#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace capstan::compatible {

/// `wanted`, and what it leaves open as the flavour has it for this model.
OpenAiQuirks resolve(const OpenAiQuirks& wanted, OpenAiFlavour flavour,
                     std::string_view model = {});

/// What is known of the server at the other end; all copies of a handler's parts share one.
/// Thread-safe.
class Server {
public:
    /// `flavour` automatic: generic until learn() knows better.
    Server(OpenAiFlavour flavour, const OpenAiQuirks& quirks);

    OpenAiFlavour flavour() const noexcept { return flavour_.load(); }
    OpenAiQuirks quirks(std::string_view model = {}) const {
        return resolve(wanted_, flavour(), model);
    }

    /// Keeps a list of models; tells from it whose server this is, where that is still open.
    void learn(const std::vector<ModelInfo>& models);

    /// Keeps what is known of one model.
    void learn(const std::string& model, ModelInfo info);

    /// By id; Ollama's "name" is its "name:latest". The empty name, and any name with llama.cpp,
    /// which has but one model, is the only one of the list.
    std::optional<ModelInfo> find(const std::string& model) const;

private:
    const OpenAiQuirks wanted_;
    std::atomic<OpenAiFlavour> flavour_;
    const bool learns_;
    mutable std::mutex mutex_;
    std::map<std::string, ModelInfo, std::less<>> models_;
};

}  // namespace capstan::compatible
