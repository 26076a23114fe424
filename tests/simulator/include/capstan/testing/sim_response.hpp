#pragma once

#include <capstan/testing/latch.hpp>
#include <capstan/testing/sim_request.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

namespace capstan::testing {

/// One thing that happens while a body is sent. Build it with the functions below.
struct Step {
    enum class Kind { send, wait, latch, produce, close, reset, silence };

    Step() = default;

    Kind kind = Kind::send;
    std::string bytes;                  ///< send
    std::chrono::microseconds pause{0};  ///< wait; produce: between two pieces
    std::optional<Latch> gate;          ///< latch
    std::function<std::optional<std::string>()> next;  ///< produce
};
static_assert(!std::is_aggregate_v<Step>);

Step send(std::string bytes);
Step wait(std::chrono::microseconds pause);
/// Goes on when the test releases the latch.
Step hold(Latch latch);
/// Sends what `next` returns, piece by piece, until it returns nothing. `next` is called on the
/// simulator's thread right before its piece is sent, so a piece can carry its send time.
Step produce(std::function<std::optional<std::string>()> next,
             std::chrono::microseconds pause = {});
/// Ends the connection with FIN, whatever the framing promised (over TLS without close_notify).
Step close_connection();
/// Ends the connection with RST.
Step reset_connection();
/// Sends nothing more and keeps the connection open until the client leaves or the simulator stops.
Step silence();

/// How the bytes of a body are cut into pieces. A piece is one HTTP chunk (if the framing is
/// chunked) and one write to the socket (unless SimResponse::write_size says otherwise).
class Split {
public:
    Split() = default;  ///< one piece for each send step

    static Split every(std::size_t bytes);
    /// Random sizes from 1 to `max_bytes`; the same seed gives the same cuts.
    static Split random(std::uint64_t seed, std::size_t max_bytes = 64);
    /// These sizes in order (zeros are skipped), then one piece for the rest. `pauses`, when
    /// given, has the wait before each piece: the recordings' chunk_bytes and chunk_delays_ms.
    static Split sizes(std::vector<std::size_t> sizes,
                       std::vector<std::chrono::microseconds> pauses = {});

    /// A wait before every piece but the first.
    Split& with_pause(std::chrono::microseconds pause);

    bool cuts() const noexcept { return kind_ != Kind::none; }

private:
    friend class Splitter;
    enum class Kind { none, every, random, sizes };

    Kind kind_ = Kind::none;
    std::size_t size_ = 0;
    std::uint64_t seed_ = 0;
    std::vector<std::size_t> sizes_;
    std::vector<std::chrono::microseconds> pauses_;
    std::chrono::microseconds pause_{0};
};

/// How the end of the body is told.
enum class Framing {
    automatic,       ///< chunked for event streams and for bodies with other steps than send
    content_length,  ///< of all send steps together
    chunked,         ///< HTTP/1.1 chunks
    until_close,     ///< neither; the connection ends the body
    raw,             ///< no head is written at all: the steps are the bytes on the wire
};

/// What happens to the connection after the whole response was sent.
enum class After {
    keep_alive,
    close,                  ///< says `Connection: close`, then FIN
    close_silently,         ///< FIN without having said so: the client's pooled connection is dead
    close_on_next_request,  ///< FIN when the first byte of the next request arrives
    reset_on_next_request,  ///< RST when the first byte of the next request arrives
};

/// A scripted response, as exact as a test needs it.
struct SimResponse {
    SimResponse() = default;

    int status = 200;
    std::string reason;  ///< empty: the usual phrase
    /// Written as they are. A Content-Length or Transfer-Encoding here replaces the framing's own
    /// (and no chunks are made), so that a response can lie about its length.
    HeaderList headers;
    std::vector<Step> body;
    Split split;
    Framing framing = Framing::automatic;
    /// Not 0: the framed body goes out in writes of this many bytes, whatever the pieces are
    /// (1 cuts the chunk headers, too; 65536 joins many chunks in one write).
    std::size_t write_size = 0;
    std::chrono::microseconds delay{0};            ///< before the first byte of the head
    std::chrono::microseconds head_byte_delay{0};  ///< not 0: the head byte by byte, this far apart
    /// 1xx heads that come first: "103 Early Hints\r\nLink: </a>".
    std::vector<std::string> informational;
    After after = After::keep_alive;

    SimResponse& with_header(std::string name, std::string value);
    SimResponse& with_split(Split value);
    SimResponse& with_step(Step step);
    /// The bytes of all send steps.
    std::string body_bytes() const;
};
static_assert(!std::is_aggregate_v<SimResponse>);

using SimHandler = std::function<SimResponse(const SimRequest&)>;

}  // namespace capstan::testing
