#pragma once

#include <capstan/chunk.hpp>
#include <capstan/error.hpp>
#include <capstan/json.hpp>

namespace capstan::composition {

/// Chunks and errors as JSON objects for storage; reading one back gives an equal one. A chunk has
/// one member that names its kind: {"text":"Hi"}, {"reasoning":{...}}, {"tool_call":{...}},
/// {"usage":{...}}, {"finish":{...}}, {"extra":{...}}. Empty fields are not written.
json::object chunk_to_json(const StreamChunk& chunk);
/// Throws std::invalid_argument for a kind that is not known, or fields of a wrong type.
StreamChunk chunk_from_json(const json::value& value);

json::object error_to_json(const ErrorInfo& error);
ErrorInfo error_from_json(const json::value& value);

}  // namespace capstan::composition
