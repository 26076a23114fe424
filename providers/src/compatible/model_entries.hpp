#pragma once

#include <capstan/model_info.hpp>
#include <capstan/providers/openai_quirks.hpp>

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace capstan::compatible {

/// The answer of GET /models, an object with `data` or (Together) the bare array. The context
/// length is that of the running server where it says so, else the most that the model can take:
/// llama.cpp `meta.n_ctx`, `meta.n_ctx_train`; vLLM `max_model_len`; LM Studio
/// `loaded_context_length`, `max_context_length`; Groq `context_window`; Mistral
/// `max_context_length`; Together and others `context_length`.
std::vector<ModelInfo> models_from_list(const json::value& answer);
ModelInfo model_from_entry(const json::object& entry);

/// Whose server writes such entries, by `owned_by`; automatic: one cannot tell.
OpenAiFlavour flavour_of_entry(const ModelInfo& info);

/// Context lengths in the answers of servers' own routes; nothing where there is none.
std::optional<std::int64_t> context_of_llama_props(const json::object& answer);
/// GET /api/ps: what the loaded model was given.
std::optional<std::int64_t> context_of_ollama_ps(const json::object& answer,
                                                 std::string_view model);
/// POST /api/show: the model file's num_ctx, else what the model was trained for.
std::optional<std::int64_t> context_of_ollama_show(const json::object& answer);

}  // namespace capstan::compatible
