#pragma once

#include <capstan/clock.hpp>
#include <capstan/model_info.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace capstan {

class StateManager;

/// Settings of a ModelCatalog.
struct ModelCatalogOptions {
    ModelCatalogOptions() = default;

    std::chrono::milliseconds ttl{3'600'000};        ///< older data is used, and renewed meanwhile
    std::chrono::milliseconds negative_ttl{60'000};  ///< no new try for so long after a failure
    std::string list_path = "/models";
    std::shared_ptr<Clock> clock;  ///< empty: the real one
};
static_assert(!std::is_aggregate_v<ModelCatalogOptions>);

/// The models of one server, kept in a StateManager (memory, and disk if it has one).
///
/// One request at a time is made for the same thing, whoever and however many ask; it belongs to
/// none of them, so that cancelling one does not disturb the others. It runs on the executor of the
/// first that asked and is cancelled by the catalogue's destructor. Empty and failed answers are
/// never stored, and do not replace what is there. Thread-safe.
///
/// A model is found by its id, or its canonical slug; routing suffixes and presets are ignored
/// (base_model_id()), and a "~author/family-latest" leads to the model it stands for (wire
/// reference 8.3). What is not found is unknown: no other model's figures are ever given.
class ModelCatalog {
public:
    /// GETs a path relative to the base URL ("/models?offset=500") and gives the body of a
    /// successful answer; throws otherwise. It is kept as long as requests run, so it must not own
    /// the catalogue.
    using Fetcher = std::function<asio::awaitable<std::string>(std::string path)>;

    /// `source` tells servers apart: the base URL. `state` may be shared with others; without one
    /// the catalogue lives in memory only.
    ModelCatalog(std::shared_ptr<StateManager> state, std::string source, Fetcher fetch,
                 ModelCatalogOptions options = {});
    ModelCatalog(const ModelCatalog&) = delete;
    ModelCatalog& operator=(const ModelCatalog&) = delete;
    ~ModelCatalog();

    /// What is known of `model`. Waits only when nothing was ever stored. Nothing if it is unknown
    /// or if the catalogue cannot be had; never throws for a failed request.
    asio::awaitable<std::optional<ModelInfo>> find(std::string model);

    /// As find(), from memory, without a request and without waiting.
    std::optional<ModelInfo> peek(std::string_view model) const;

    /// All models, in the server's order. Throws what the fetcher threw if nothing is stored.
    asio::awaitable<std::vector<ModelInfo>> all();

    /// The providers of a model (`/models/{author}/{slug}/endpoints`); empty if there are none, or
    /// the server does not know the model. Throws what else the fetcher threw if nothing is stored.
    asio::awaitable<std::vector<EndpointInfo>> endpoints(std::string model);

    /// Fetches the list now. Throws what the fetcher threw; what is stored stays.
    asio::awaitable<void> refresh();

    /// From now on `info` is what is known of `model`, whatever the server says.
    void set_override(std::string model, ModelInfo info);

    class Impl;

private:
    std::shared_ptr<Impl> impl_;
};

}  // namespace capstan
