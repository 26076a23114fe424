#include "composition/cassette.hpp"

#include "composition/chunk_json.hpp"
#include "composition/json_fields.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

namespace capstan::composition {
namespace {

constexpr std::string_view head_key = "capstan_cassette";
constexpr std::int64_t version = 1;

RecordedCall read_call(std::string_view line) {
    const auto value = try_parse_json(line);
    if (!value) throw std::invalid_argument("it is no JSON");
    const auto& object = object_of(*value, "it");
    RecordedCall call;
    const auto* request = find_object(object, "request");
    const auto* chunks = find_array(object, "chunks");
    if (!request || !chunks) throw std::invalid_argument("it has no request or no chunks");
    call.request = *request;
    for (const auto& chunk : *chunks) call.chunks.push_back(chunk_from_json(chunk));
    if (const auto* error = object.if_contains("error")) call.error = error_from_json(*error);
    if (const auto* delays = find_array(object, "delays_ms"))
        for (const auto& delay : *delays)
            call.delays.emplace_back(as_int(delay).value_or(0));
    return call;
}

}  // namespace

std::string cassette_head(const std::string& model) {
    json::object head;
    head[head_key] = version;
    head["model"] = model;
    return to_json_text(head);
}

std::string read_cassette_head(std::string_view line) {
    const auto value = try_parse_json(line);
    const auto* head = value ? value->if_object() : nullptr;
    const auto found = head ? find_int(*head, head_key) : std::nullopt;
    if (!found) throw std::invalid_argument("It is no cassette");
    if (*found != version)
        throw std::invalid_argument(fmt::format(
            "It is a cassette of version {}, and this program knows version {}", *found, version));
    return text_of(*head, "model");
}

std::string cassette_line(const json::value& request, json::array chunks,
                          const std::optional<json::value>& error,
                          const std::vector<std::chrono::milliseconds>& delays) {
    json::object object;
    object["request"] = request;
    object["chunks"] = std::move(chunks);
    if (error) object["error"] = *error;
    if (!delays.empty()) {
        json::array list;
        for (const auto delay : delays) list.push_back(delay.count());
        object["delays_ms"] = std::move(list);
    }
    return to_json_text(object);
}

Cassette read_cassette(std::string_view text) {
    if (text.find('\n') == std::string_view::npos)
        throw std::invalid_argument("It is no cassette: it has no whole first line");
    Cassette cassette;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const auto end = text.find('\n');
        if (end == std::string_view::npos) break;  // cut off by a crash
        const auto line = text.substr(0, end);
        text.remove_prefix(end + 1);
        if (number == 1) {
            cassette.model = read_cassette_head(line);
            continue;
        }
        if (line.empty()) continue;
        try {
            cassette.calls.push_back(read_call(line));
            cassette.calls.back().line = number;
        } catch (const std::invalid_argument& error) {
            throw std::invalid_argument(
                fmt::format("Line {} cannot be read: {}", number, error.what()));
        }
    }
    return cassette;
}

}  // namespace capstan::composition
