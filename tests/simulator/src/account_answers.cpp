#include "account_answers.hpp"

#include "answer_text.hpp"
#include "chat_answer.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <cstring>

namespace capstan::testing {

namespace json = boost::json;

namespace {

std::vector<float> vector_of(std::string_view text, std::size_t dimensions) {
    std::vector<float> values(dimensions);
    auto state = hash_of(text);
    double squares = 0;
    for (auto& value : values) {
        state = state * 6364136223846793005ull + 1442695040888963407ull;
        value = static_cast<float>(static_cast<double>(state >> 40) / (1 << 23) - 1.0);
        squares += static_cast<double>(value) * value;
    }
    const auto length = static_cast<float>(std::sqrt(squares));
    for (auto& value : values) value /= length > 0 ? length : 1;
    return values;
}

json::value encoded(const std::vector<float>& values, bool as_base64) {
    if (as_base64) {
        std::string bytes;
        for (const auto value : values) {
            const auto bits = std::bit_cast<std::uint32_t>(value);
            for (int shift = 0; shift < 32; shift += 8)
                bytes += static_cast<char>(bits >> shift & 0xFF);
        }
        return json::value(base64(bytes));
    }
    json::array array;
    for (const auto value : values) array.emplace_back(static_cast<double>(value));
    return array;
}

/// The inputs as texts; token lists and parts by their JSON.
std::vector<std::string> inputs_of(const json::object& body) {
    std::vector<std::string> inputs;
    const auto* input = body.if_contains("input");
    if (!input) return inputs;
    const auto text = [](const json::value& value) {
        return value.is_string() ? std::string(value.get_string()) : json::serialize(value);
    };
    const auto* list = input->if_array();
    const bool token_list = list && !list->empty() && list->front().is_number();
    if (!list || token_list) {
        inputs.push_back(text(*input));
    } else {
        for (const auto& one : *list) inputs.push_back(text(one));
    }
    return inputs;
}

}  // namespace

SimResponse key_answer() {
    json::object data;
    data["label"] = "sk-or-v1-sim...ulated";
    data["limit"] = 10;
    data["limit_remaining"] = 9.5;
    data["limit_reset"] = nullptr;
    data["include_byok_in_limit"] = false;
    for (const auto* name : {"usage", "usage_daily", "usage_weekly", "usage_monthly"})
        data[name] = 0.5;
    for (const auto* name :
         {"byok_usage", "byok_usage_daily", "byok_usage_weekly", "byok_usage_monthly"})
        data[name] = 0;
    data["is_free_tier"] = false;
    data["is_management_key"] = false;
    data["is_provisioning_key"] = false;
    data["creator_user_id"] = nullptr;
    data["expires_at"] = nullptr;
    data["rate_limit"] =
        json::object{{"requests", -1}, {"interval", "10s"}, {"note", "deprecated"}};
    return json_answer(json::object{{"data", std::move(data)}});
}

SimResponse credits_answer() {
    json::object data;
    data["total_credits"] = 100.5;
    data["total_usage"] = 25.75;
    return json_answer(json::object{{"data", std::move(data)}});
}

SimResponse embeddings_answer(const SimRequest& request) {
    const auto body = request.json();
    if (!body.is_object()) return error_answer(400, "Invalid JSON in the request body");
    const auto inputs = inputs_of(body.get_object());
    if (inputs.empty()) return error_answer(400, "input: Required");
    std::size_t dimensions = 8;
    if (const auto* wanted = body.get_object().if_contains("dimensions"))
        if (wanted->is_int64() && wanted->get_int64() > 0 && wanted->get_int64() < 65536)
            dimensions = static_cast<std::size_t>(wanted->get_int64());
    const auto* format = body.get_object().if_contains("encoding_format");
    const bool as_base64 = format && format->is_string() && format->get_string() == "base64";

    json::array data;
    std::int64_t tokens = 0;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        json::object entry;
        entry["object"] = "embedding";
        entry["index"] = i;
        entry["embedding"] = encoded(vector_of(inputs[i], dimensions), as_base64);
        data.push_back(std::move(entry));
        tokens += token_count(inputs[i]);
    }
    const auto id = new_generation_id();
    json::object result;
    result["object"] = "list";
    result["data"] = std::move(data);
    result["model"] = model_of(request);
    result["id"] = id;
    result["provider"] = "Simulator";
    result["usage"] = json::object{{"prompt_tokens", tokens},
                                   {"total_tokens", tokens},
                                   {"cost", 0.000001},
                                   {"is_byok", false}};
    return json_answer(result).with_header("X-Generation-Id", id);
}

}  // namespace capstan::testing
