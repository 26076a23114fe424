#include <capstan/testing/proxies.hpp>

#include "io_thread.hpp"
#include "relay.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <mutex>

namespace capstan::testing {

using asio::ip::tcp;

namespace {

/// The bytes from server to client of one connection, with what is to go wrong.
class FaultyBytes {
public:
    explicit FaultyBytes(const Faults& faults) : faults_(faults) {}

    /// Spoils the piece; shortens it to where the fault strikes.
    void apply(std::string& piece) {
        if (faults_.corrupt_at && *faults_.corrupt_at >= passed_ &&
            *faults_.corrupt_at < passed_ + piece.size()) {
            auto& byte = piece[static_cast<std::size_t>(*faults_.corrupt_at - passed_)];
            byte = static_cast<char>(~byte);
        }
        if (const auto limit = strikes_at(); limit && passed_ + piece.size() >= *limit) {
            piece.resize(static_cast<std::size_t>(*limit - passed_));
            struck_ = true;
        }
        passed_ += piece.size();
    }

    bool struck() const noexcept { return struck_; }
    std::uint64_t passed() const noexcept { return passed_; }

private:
    std::optional<std::uint64_t> strikes_at() const {
        std::optional<std::uint64_t> first;
        for (const auto& limit : {faults_.cut_after, faults_.reset_after, faults_.stall_after})
            if (limit && (!first || *limit < *first)) first = limit;
        return first;
    }

    const Faults& faults_;
    std::uint64_t passed_ = 0;
    bool struck_ = false;
};

struct Counters {
    std::atomic<std::size_t> connections{0};
    std::atomic<std::uint64_t> bytes{0};
};

asio::awaitable<void> pause(asio::any_io_executor executor, std::chrono::microseconds length) {
    if (length.count() <= 0) co_return;
    asio::steady_timer timer(executor, length);
    (void)co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
}

asio::awaitable<bool> forward(std::shared_ptr<SocketPair> pair, const Faults& faults,
                              std::string_view piece) {
    co_await pause(pair->client.get_executor(), faults.delay);
    const auto size = faults.slice == 0 ? piece.size() : faults.slice;
    while (!piece.empty()) {
        const auto part = piece.substr(0, size);
        piece.remove_prefix(part.size());
        const bool sent = co_await write_all(pair->client, part);
        if (!sent) co_return false;
    }
    co_return true;
}

asio::awaitable<void> downstream(std::shared_ptr<SocketPair> pair,
                                 std::shared_ptr<const Faults> faults,
                                 std::shared_ptr<Counters> counters) {
    FaultyBytes bytes(*faults);
    std::string piece;
    while (co_await read_piece(pair->server, piece)) {
        bytes.apply(piece);
        counters->bytes += piece.size();
        const bool sent = co_await forward(pair, *faults, piece);
        if (!sent || bytes.struck()) break;
    }
    // A stalled connection stays open until the client leaves.
    if (bytes.struck() && faults->stall_after == bytes.passed()) co_return;
    if (bytes.struck() && faults->reset_after == bytes.passed()) pair->reset();
    pair->close();
}

asio::awaitable<void> upstream(std::shared_ptr<SocketPair> pair,
                               std::shared_ptr<const Faults> faults) {
    std::string piece;
    std::uint64_t passed = 0;
    while (co_await read_piece(pair->client, piece)) {
        const auto limit = faults->cut_request_after;
        const bool cut = limit && passed + piece.size() >= *limit;
        if (cut) piece.resize(static_cast<std::size_t>(*limit - passed));
        passed += piece.size();
        const bool sent = co_await write_all(pair->server, piece);
        if (cut || !sent) break;
    }
    pair->close();
}

asio::awaitable<void> relay(tcp::socket client, std::uint16_t target,
                            std::shared_ptr<const Faults> faults,
                            std::shared_ptr<Counters> counters) {
    const auto executor = client.get_executor();
    auto server = co_await connect_local(executor, target);
    if (!server) co_return;
    const auto pair = std::make_shared<SocketPair>(std::move(client), std::move(*server));
    ++counters->connections;
    asio::co_spawn(executor, upstream(pair, faults), asio::detached);
    co_await downstream(pair, faults, counters);
}

}  // namespace

class FaultProxy::Impl {
public:
    Impl(std::uint16_t target_port, Faults given)
        : target(target_port),
          faults(std::make_shared<const Faults>(given)),
          acceptor(listen_local(io.context())),
          port(acceptor.local_endpoint().port()) {
        asio::co_spawn(io.context(), accept(this), asio::detached);
    }

    ~Impl() { io.stop(); }

    static asio::awaitable<void> accept(Impl* self) {
        while (true) {
            auto [error, socket] =
                co_await self->acceptor.async_accept(asio::as_tuple(asio::use_awaitable));
            if (error) co_return;
            asio::co_spawn(self->io.context(),
                           relay(std::move(socket), self->target, self->current(), self->counters),
                           asio::detached);
        }
    }

    std::shared_ptr<const Faults> current() {
        const std::lock_guard lock(mutex);
        return faults;
    }

    std::uint16_t target;
    std::mutex mutex;
    std::shared_ptr<const Faults> faults;
    std::shared_ptr<Counters> counters = std::make_shared<Counters>();
    IoThread io;
    tcp::acceptor acceptor;
    std::uint16_t port;
};

FaultProxy::FaultProxy(std::uint16_t target_port, Faults faults)
    : impl_(std::make_unique<Impl>(target_port, faults)) {}
FaultProxy::~FaultProxy() = default;

std::uint16_t FaultProxy::port() const noexcept { return impl_->port; }

std::string FaultProxy::through(std::string url) const {
    const auto from = ':' + std::to_string(impl_->target);
    if (const auto at = url.find(from); at != std::string::npos)
        url.replace(at, from.size(), ':' + std::to_string(port()));
    return url;
}

void FaultProxy::set_faults(Faults faults) {
    const std::lock_guard lock(impl_->mutex);
    impl_->faults = std::make_shared<const Faults>(faults);
}

std::size_t FaultProxy::connections() const { return impl_->counters->connections; }
std::uint64_t FaultProxy::bytes_to_client() const { return impl_->counters->bytes; }

}  // namespace capstan::testing
