#include "load_options.hpp"

#include <CLI/CLI.hpp>

#include <sys/resource.h>

#include <cstdlib>

namespace bench {

LoadOptions read_load_options(int argc, char** argv, const std::string& purpose) {
    LoadOptions options;
    CLI::App app(purpose);
    app.add_option("--url", options.url, "URL of the chat completions")->required();
    app.add_option("--model", options.model, "model id to ask for");
    app.add_option("--key", options.key, "API key");
    app.add_option("--streams", options.streams, "streams at once")->check(CLI::PositiveNumber);
    app.add_option("--threads", options.threads, "threads, each with an own loop")
        ->check(CLI::PositiveNumber);
    app.add_flag("--json", options.json, "print one JSON object (else a line for people)");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        std::exit(app.exit(error) == 0 ? 0 : 2);
    }
    raise_file_limit();
    return options;
}

std::string base_url(std::string_view url) {
    constexpr std::string_view path = "/chat/completions";
    if (url.ends_with(path)) url.remove_suffix(path.size());
    return std::string(url);
}

void raise_file_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace bench
