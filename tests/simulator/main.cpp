// A local OpenRouter for agents under test: prints its base URL and serves until it is stopped.
#include <capstan/testing/simulator.hpp>

#include <CLI/CLI.hpp>

#include <chrono>
#include <csignal>
#include <exception>
#include <fstream>
#include <iostream>
#include <string>
#include <thread>

#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace {

namespace testing = capstan::testing;

struct Settings {
    testing::SimulatorOptions simulator;
    int word_delay_ms = 30;
    std::string ca_file;
    std::string scenario;
    std::string replay;
    std::string record;
    std::string port_file;
    bool print_url = false;
    bool until_stdin_closes = false;
    bool exit_with_parent = false;
    bool any_key = false;
};

void add_options(CLI::App& app, Settings& settings) {
    app.add_option("--port", settings.simulator.port, "TCP port; 0 takes any free one");
    app.add_flag("--tls", settings.simulator.tls, "HTTPS with a certificate made at the start");
    app.add_option("--ca-file", settings.ca_file, "Write the certificate authority (PEM) here");
    app.add_option("--scenario", settings.scenario, "Answer by the rules of this JSON file");
    app.add_option("--replay", settings.replay, "Answer with the recorded case in this folder");
    app.add_option("--record", settings.record, "Write every exchange to this folder");
    auto* upstream = app.add_option("--upstream", settings.simulator.upstream,
                                    "Pass on what no script answers to this base URL");
    app.add_option("--upstream-ca", settings.simulator.upstream_ca_file,
                   "Trust this certificate authority (PEM) instead of the system's")
        ->needs(upstream);
    app.add_option("--word-delay-ms", settings.word_delay_ms, "Pause between two words");
    app.add_option("--generation-misses", settings.simulator.generation_misses,
                   "404s of /generation before an id is known");
    app.add_flag("--no-key-needed", settings.any_key, "Answer requests without Authorization");
    app.add_flag("--print-url", settings.print_url,
                 "Print nothing but the base URL, on one line (the default says more)");
    app.add_option("--port-file", settings.port_file, "Write the port here when ready");
    app.add_flag("--until-stdin-closes", settings.until_stdin_closes,
                 "Stop at the end of standard input");
    app.add_flag("--exit-with-parent", settings.exit_with_parent,
                 "Stop when the process that started this one ends");
}

/// Each recorded exchange in its turn, and again from the first when all were given.
void replay_forever(testing::Simulator& simulator, const std::string& folder) {
    const auto recordings = testing::load_recordings(folder);
    simulator.set_handler([recordings, next = std::size_t{0}](const testing::SimRequest& request)
                              mutable -> std::optional<testing::SimResponse> {
        for (std::size_t tried = 0; tried < recordings.size(); ++tried) {
            const auto& candidate = recordings[next++ % recordings.size()];
            if (candidate.method == request.method && candidate.path == request.path)
                return candidate.timed();
        }
        return std::nullopt;
    });
}

void raise_descriptor_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

void announce(const testing::Simulator& simulator, const Settings& settings) {
    if (!settings.ca_file.empty()) simulator.write_ca(settings.ca_file);
    if (!settings.port_file.empty()) {
        // Renamed into place: a reader sees the whole number or no file.
        const auto draft = settings.port_file + ".new";
        std::ofstream(draft) << simulator.port() << '\n';
        if (std::rename(draft.c_str(), settings.port_file.c_str()) != 0)
            throw std::runtime_error(settings.port_file + ": cannot be written");
    }
    if (!settings.print_url) std::cout << "simulator ready at ";
    std::cout << simulator.base_url() << std::endl;
}

/// True when there is nothing more to come from standard input.
bool stdin_ended(int timeout_ms) {
    pollfd input{STDIN_FILENO, POLLIN, 0};
    if (poll(&input, 1, timeout_ms) <= 0) return false;
    char byte[256];
    return read(STDIN_FILENO, byte, sizeof byte) <= 0;
}

void wait_for_end(const Settings& settings, const sigset_t& signals, pid_t parent) {
    const timespec moment{0, 100'000'000};
    while (true) {
        if (settings.exit_with_parent && getppid() != parent) return;
        if (settings.until_stdin_closes && stdin_ended(0)) return;
        if (sigtimedwait(&signals, nullptr, &moment) > 0) return;
    }
}

int serve(Settings& settings) {
    const auto parent = getppid();
    if (settings.exit_with_parent) prctl(PR_SET_PDEATHSIG, SIGTERM);
    // Blocked before any thread exists, so that all inherit it and one place waits.
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    raise_descriptor_limit();

    settings.simulator.keep_requests = false;
    settings.simulator.require_key = !settings.any_key;
    settings.simulator.record_directory = settings.record;
    settings.simulator.word_delay = std::chrono::milliseconds(settings.word_delay_ms);
    testing::Simulator simulator(settings.simulator);
    if (!settings.replay.empty()) replay_forever(simulator, settings.replay);
    if (!settings.scenario.empty()) simulator.load_scenario(settings.scenario);
    announce(simulator, settings);
    wait_for_end(settings, signals, parent);
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    Settings settings;
    CLI::App app("A local server that speaks OpenRouter's HTTP", "capstan-simulator");
    add_options(app, settings);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    try {
        return serve(settings);
    } catch (const std::exception& error) {
        std::cerr << "capstan-simulator: " << error.what() << '\n';
        return 1;
    }
}
