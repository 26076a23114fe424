#pragma once

#include <capstan/chunk.hpp>
#include <capstan/error.hpp>
#include <capstan/json.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace capstan::composition {

/// One recorded call.
struct RecordedCall {
    RecordedCall() = default;

    std::size_t line = 0;  ///< of the file, from 1
    json::value request;
    std::vector<StreamChunk> chunks;
    std::optional<ErrorInfo> error;
    std::vector<std::chrono::milliseconds> delays;  ///< before each chunk; may be shorter
};

/// A cassette as it was read.
struct Cassette {
    Cassette() = default;

    std::string model;
    std::vector<RecordedCall> calls;
};

/// The first line, without its end.
std::string cassette_head(const std::string& model);

/// Throws std::invalid_argument with a sentence when the line is no head of a version we know;
/// gives the model.
std::string read_cassette_head(std::string_view line);

/// The line of a call, without its end. `chunks` is what redacted_chunks() gave.
std::string cassette_line(const json::value& request, json::array chunks,
                          const std::optional<json::value>& error,
                          const std::vector<std::chrono::milliseconds>& delays);

/// Reads a file's text. A last line without an end is ignored. Throws std::invalid_argument,
/// naming the line, also when there is no head.
Cassette read_cassette(std::string_view text);

}  // namespace capstan::composition
