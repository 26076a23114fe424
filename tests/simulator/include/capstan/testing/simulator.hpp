#pragma once

#include <capstan/testing/answers.hpp>
#include <capstan/testing/latch.hpp>
#include <capstan/testing/recording.hpp>
#include <capstan/testing/sim_request.hpp>
#include <capstan/testing/sim_response.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace capstan::testing {

/// The certificate that a TLS simulator shows. All are signed by the CA of ca_pem().
enum class Certificate { valid, wrong_host, expired };

struct SimulatorOptions {
    SimulatorOptions() = default;

    std::uint16_t port = 0;  ///< 0: any free one
    bool tls = false;
    Certificate certificate = Certificate::valid;
    std::string base_path = "/api/v1";
    bool require_key = true;      ///< inference without Authorization gets 401
    int generation_misses = 0;    ///< 404s of /generation before an id is known
    std::chrono::microseconds word_delay{0};  ///< of the default model
    std::filesystem::path record_directory;   ///< not empty: write every exchange there
    /// Not empty: what no script answers is passed on to this base URL
    /// ("https://openrouter.ai/api/v1") with the caller's key, and its answer back as it arrives.
    std::string upstream;
    std::filesystem::path upstream_ca_file;  ///< PEM; empty: the system's certificates
    bool keep_requests = true;  ///< false: requests() stays empty (for servers that run long)
};
static_assert(!std::is_aggregate_v<SimulatorOptions>);

/// How a connection ended.
enum class ConnectionEnd { open, client_closed, client_reset, server };

struct ConnectionInfo {
    ConnectionInfo() = default;

    std::uint64_t id = 0;  ///< SimRequest::connection
    std::size_t requests = 0;
    ConnectionEnd end = ConnectionEnd::open;
    std::chrono::steady_clock::time_point accepted{};
    std::chrono::steady_clock::time_point closed{};  ///< when the simulator saw the end
};
static_assert(!std::is_aggregate_v<ConnectionInfo>);

/// A local server on 127.0.0.1 that speaks OpenRouter's HTTP, on a thread of its own.
///
/// A request is answered by the first of: a queued response whose route matches, the handler, an
/// always() whose route matches, a scenario's rule, the upstream, the default model. A route is
/// "METHOD /path" below the base path; a path that ends in '*' matches every continuation, "* *"
/// everything.
///
/// The default model knows chat completions (streamed and single), models, endpoints, generation,
/// key, credits and embeddings. What answers chat completions answers POST /messages, too, in the
/// format of Anthropic's API. All functions may be called from any thread. Handlers run on the
/// simulator's thread: they must not block. The destructor closes everything and joins.
///
/// With an upstream, the caller's Authorization goes there and into no file. One that cannot
/// be reached is a 502; one that breaks off ends the caller's connection; a caller that leaves ends
/// the upstream's.
class Simulator {
public:
    static constexpr std::string_view chat = "POST /chat/completions";
    static constexpr std::chrono::milliseconds patience{10'000};

    /// Throws std::exception: the port is taken, the upstream is no URL, its CA file no good.
    explicit Simulator(SimulatorOptions options = {});
    ~Simulator();
    Simulator(const Simulator&) = delete;
    Simulator& operator=(const Simulator&) = delete;

    /// "http://127.0.0.1:PORT/api/v1", or https.
    std::string base_url() const;
    /// Without the base path.
    std::string origin() const;
    std::uint16_t port() const noexcept;
    /// The certificate authority that signed this server's certificate, as PEM; empty without TLS.
    std::string ca_pem() const;
    void write_ca(const std::filesystem::path& file) const;

    /// Answers the next chat request, once. Several make a queue.
    void enqueue(SimResponse response);
    void enqueue(Answer answer);
    /// Answers the next request of that route, once.
    void enqueue(std::string_view route, SimResponse response);
    void enqueue(std::string_view route, SimHandler handler);
    /// How many queued responses nobody has asked for yet.
    std::size_t queued() const;

    /// Answers every chat request that finds the queue empty; shared, so that thousands of
    /// streams of one long response cost its bytes once.
    void always(SimResponse response);
    void always(std::string_view route, SimResponse response);

    /// Asked for every request that finds the queue empty; nothing means "go on". An exception
    /// of the handler becomes a 500.
    void set_handler(std::function<std::optional<SimResponse>(const SimRequest&)> handler);

    /// Adds the rules of a scenario file (tests/simulator/README.md). Throws std::runtime_error.
    void load_scenario(const std::filesystem::path& file);
    /// A latch that a scenario names.
    Latch latch(std::string_view name);

    /// Queues the exchanges of a recorded case, in order; `split` replaces the recorded cuts.
    /// Returns how many.
    std::size_t replay(const std::filesystem::path& directory, std::optional<Split> split = {});
    /// Writes every further exchange to `directory`/turn-NN, in the format that replay() reads.
    void record_to(const std::filesystem::path& directory);

    /// Ends the next `count` connections right after they were accepted.
    void drop_next_connections(std::size_t count, bool reset = false);
    /// Makes an id known to /generation; `data` is what its answer holds under "data".
    void add_generation(std::string_view id, boost::json::object data);

    std::vector<SimRequest> requests() const;
    std::vector<SimRequest> requests(std::string_view route) const;
    std::size_t request_count() const;
    /// The request number `index` (from 0), as soon as it is complete. Throws std::runtime_error
    /// after `timeout`.
    SimRequest wait_for_request(std::size_t index,
                                std::chrono::milliseconds timeout = patience) const;

    std::size_t open_connections() const;
    std::size_t accepted_connections() const;
    std::vector<ConnectionInfo> connections() const;
    /// Waits until no connection is open; false after `timeout`.
    bool wait_for_close(std::chrono::milliseconds timeout = patience) const;
    /// Waits until that connection has ended. Throws std::runtime_error after `timeout`.
    ConnectionInfo wait_for_close(std::uint64_t connection,
                                  std::chrono::milliseconds timeout = patience) const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace capstan::testing
