#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace bench {

/// What stream_load and floor are told on the command line.
struct LoadOptions {
    std::string url;  ///< of the chat completions, e.g. http://127.0.0.1:9100/v1/chat/completions
    std::string model = "bench/tiny";
    std::string key = "sk-bench";
    std::size_t streams = 1;
    std::size_t threads = 1;
    bool json = false;

    /// The share of one thread.
    std::size_t streams_of(std::size_t thread) const {
        return streams / threads + (thread < streams % threads ? 1 : 0);
    }
};

/// Reads the command line; ends the program for --help and for what it does not understand.
LoadOptions read_load_options(int argc, char** argv, const std::string& purpose);

/// The URL without /chat/completions.
std::string base_url(std::string_view url);

/// As many open files as the system lets us have.
void raise_file_limit();

}  // namespace bench
