#pragma once

#include <capstan/json.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

/// Recorded exchanges with OpenRouter. They are no part of the project: tests look for them in the
/// directory that CAPSTAN_RECORDINGS names, else beside the source tree, and are skipped otherwise.
namespace recordings {

struct Exchange {
    std::filesystem::path folder;
    capstan::json::object meta;
    std::string body;

    bool streamed() const;
    int turn() const;
    std::optional<capstan::json::value> request() const;
};

/// Empty if there are no recordings.
std::optional<std::filesystem::path> root();

/// All chat completions, in order of their paths.
std::vector<Exchange> chat_exchanges();

/// All requests to the Responses API.
std::vector<Exchange> response_exchanges();

}  // namespace recordings
