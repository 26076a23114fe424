#pragma once

#include <capstan/testing/sim_response.hpp>

#include <filesystem>
#include <string>
#include <type_traits>
#include <vector>

namespace capstan::testing {

/// One recorded exchange, read from a folder with `response.body` and `meta.json`.
struct Recording {
    Recording() = default;

    std::string method = "POST";
    std::string path;  ///< below the base path: "/chat/completions"
    std::string model;
    bool streaming = false;
    std::string request;  ///< the recorded request body, empty if there is none
    SimResponse response;  ///< cut as the recorder saw it (chunk_bytes), without its pauses
    std::vector<std::size_t> chunk_bytes;
    std::vector<std::chrono::microseconds> chunk_delays;

    /// The response with the recorded pauses, `factor` times as long.
    SimResponse timed(double factor = 1.0) const;
};
static_assert(!std::is_aggregate_v<Recording>);

/// Reads one exchange. Throws std::runtime_error that names the file at fault.
Recording load_recording(const std::filesystem::path& directory);

/// The exchanges of a case in order: the folder itself, or its sub-folders (turn-01, turn-02, ...).
std::vector<Recording> load_recordings(const std::filesystem::path& directory);

}  // namespace capstan::testing
