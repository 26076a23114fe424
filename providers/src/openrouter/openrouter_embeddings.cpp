#include "chat/usage_mapping.hpp"
#include "exchange/plain_call.hpp"

#include <capstan/providers/openrouter.hpp>

#include <algorithm>
#include <utility>

namespace capstan {
namespace {

std::string embedding_body(const EmbeddingRequest& request) {
    json::object body;
    body["model"] = request.model;
    json::array input;
    for (const auto& text : request.input) input.emplace_back(text);
    body["input"] = std::move(input);
    if (request.dimensions) body["dimensions"] = *request.dimensions;
    if (!request.input_type.empty()) body["input_type"] = request.input_type;
    for (const auto& member : request.extra) body[member.key()] = member.value();
    return to_json_text(body);
}

ApiError malformed_embeddings(const char* what) {
    return ApiError(ErrorKind::malformed,
                    std::string("The answer to the embedding request is unusable: ") + what,
                    "Check that the model makes embeddings, with encoding_format float.");
}

std::vector<float> read_vector(const json::object& entry) {
    const auto* values = find_array(entry, "embedding");
    if (!values) throw malformed_embeddings("an entry has no array of numbers.");
    std::vector<float> vector;
    vector.reserve(values->size());
    for (const auto& value : *values) {
        if (!value.is_number())
            throw malformed_embeddings("a vector holds something else than numbers.");
        vector.push_back(static_cast<float>(value.to_number<double>()));
    }
    return vector;
}

EmbeddingResult read_embeddings(const json::object& answer, std::size_t count) {
    const auto* data = find_array(answer, "data");
    if (!data || data->size() != count)
        throw malformed_embeddings("it has not one vector per text.");
    EmbeddingResult result;
    result.embeddings.resize(count);
    std::int64_t position = 0;
    for (const auto& value : *data) {
        if (!value.is_object()) throw malformed_embeddings("an entry is no object.");
        const auto& entry = value.get_object();
        const auto index = find_int(entry, "index").value_or(position);
        if (index < 0 || index >= static_cast<std::int64_t>(count))
            throw malformed_embeddings("an index is out of range.");
        result.embeddings[static_cast<std::size_t>(index)] = read_vector(entry);
        ++position;
    }
    result.model = std::string(find_string(answer, "model").value_or(""));
    if (const auto* usage = find_object(answer, "usage")) result.usage = usage_from_stream(*usage);
    return result;
}

}  // namespace

asio::awaitable<EmbeddingResult> OpenRouterHandler::embed(EmbeddingRequest request) {
    const auto count = request.input.size();
    ApiCall call;
    call.method = "POST";
    call.path = "/embeddings";
    call.body = embedding_body(request);
    auto performing = exchange::perform_json(client(), std::move(call));
    const auto answer = co_await std::move(performing);
    co_return read_embeddings(answer, count);
}

}  // namespace capstan
