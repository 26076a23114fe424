#include "net/http_resolver.hpp"

#include <condition_variable>
#include <deque>
#include <netdb.h>
#include <thread>

namespace capstan::http {

using asio::ip::tcp;

namespace {

tcp::endpoint to_endpoint(const addrinfo& info, std::uint16_t port) {
    tcp::endpoint endpoint;
    if (info.ai_addrlen <= endpoint.capacity()) {
        std::copy_n(reinterpret_cast<const char*>(info.ai_addr), info.ai_addrlen,
                    reinterpret_cast<char*>(endpoint.data()));
        endpoint.resize(info.ai_addrlen);
    }
    endpoint.port(port);
    return endpoint;
}

class Threads {
public:
    /// Never destroyed: a thread may hang in getaddrinfo when the program ends.
    static Threads& instance() {
        static auto* const threads = new Threads;
        return *threads;
    }

    void submit(std::shared_ptr<Lookup> lookup) {
        const std::lock_guard lock(mutex_);
        queue_.push_back(std::move(lookup));
        if (idle_ >= queue_.size() || running_ == most) return wake_.notify_one();
        std::thread([this] { work(); }).detach();
        ++running_;
    }

private:
    static constexpr std::size_t most = 16;

    void work() {
        while (auto lookup = next()) lookup->run();
    }

    std::shared_ptr<Lookup> next() {
        std::unique_lock lock(mutex_);
        ++idle_;
        const auto patience = std::chrono::seconds(10);
        const bool ready = wake_.wait_for(lock, patience, [this] { return !queue_.empty(); });
        --idle_;
        if (!ready) {
            --running_;
            return nullptr;
        }
        auto lookup = std::move(queue_.front());
        queue_.pop_front();
        return lookup;
    }

    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<std::shared_ptr<Lookup>> queue_;
    std::size_t running_ = 0;
    std::size_t idle_ = 0;
};

}  // namespace

void Lookup::run() {
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int error = ::getaddrinfo(host_.c_str(), nullptr, &hints, &found);
    if (error != 0) failure_ = ::gai_strerror(error);
    for (auto* each = error == 0 ? found : nullptr; each; each = each->ai_next)
        endpoints_.push_back(to_endpoint(*each, port_));
    if (error == 0) ::freeaddrinfo(found);
    finished_.store(true, std::memory_order_release);
    gate->open();
}

void look_up_in_background(std::shared_ptr<Lookup> lookup) {
    Threads::instance().submit(std::move(lookup));
}

}  // namespace capstan::http
