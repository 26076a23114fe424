#include <capstan/testing/simulator.hpp>

#include "anthropic_request.hpp"
#include "anthropic_response.hpp"
#include "certificates.hpp"
#include "default_model.hpp"
#include "dialects.hpp"
#include "io_thread.hpp"
#include "scenario.hpp"
#include "script.hpp"
#include "server.hpp"

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <fstream>
#include <stdexcept>

namespace capstan::testing {

class Simulator::Impl {
public:
    explicit Impl(const SimulatorOptions& given)
        : options(given), host(given.keep_requests), model(given) {
        host.base_path = options.base_path;
        host.answer = [this](const SimRequest& request) { return answer(request); };
        host.recorder.set_directory(options.record_directory);
        if (!options.upstream.empty())
            host.upstream.emplace(options.upstream, options.upstream_ca_file);
        if (options.tls) certificate = issue_certificate(options.certificate);
        server.emplace(io.context(), host, options.port);
        if (options.tls) server->use_tls(certificate);
        boost::asio::post(io.context(), [this] { server->start(); });
    }

    ~Impl() { io.stop(); }

    SharedResponse answer(const SimRequest& request) {
        try {
            if (auto refused = refusal_of(request)) return refused;
            if (auto scripted = script.answer(request)) return in_dialect(request, scripted);
            if (host.upstream) return nullptr;
            return in_dialect(request, std::make_shared<const SimResponse>(model.answer(request)));
        } catch (const std::exception& error) {
            return std::make_shared<const SimResponse>(
                error_answer(500, fmt::format("simulator script: {}", error.what())));
        }
    }

    /// What Anthropic would refuse, whatever a script says.
    SharedResponse refusal_of(const SimRequest& request) const {
        if (!is_messages_request(request) || host.upstream) return nullptr;
        const auto refusal = refuse_messages_request(request, options.require_key);
        if (!refusal) return nullptr;
        return std::make_shared<const SimResponse>(refusal_response(*refusal));
    }

    SimulatorOptions options;
    ConnectionHost host;
    Script script;
    DefaultModel model;
    ScenarioLatches latches;
    IssuedCertificate certificate;
    IoThread io;
    std::optional<Server> server;
};

Simulator::Simulator(SimulatorOptions options) : impl_(std::make_unique<Impl>(options)) {}
Simulator::~Simulator() = default;

std::string Simulator::origin() const {
    return fmt::format("{}://127.0.0.1:{}", impl_->options.tls ? "https" : "http", port());
}

std::string Simulator::base_url() const { return origin() + impl_->options.base_path; }
std::uint16_t Simulator::port() const noexcept { return impl_->server->port(); }
std::string Simulator::ca_pem() const { return impl_->certificate.ca; }

void Simulator::write_ca(const std::filesystem::path& file) const {
    std::ofstream out(file, std::ios::binary);
    out << impl_->certificate.ca;
    if (!out.flush()) throw std::runtime_error(file.string() + ": cannot be written");
}

void Simulator::enqueue(SimResponse response) { enqueue(chat, std::move(response)); }

void Simulator::enqueue(Answer answer) {
    enqueue(chat, [impl = impl_.get(), answer = std::move(answer)](const SimRequest& request) {
        return impl->model.render(answer, request);
    });
}

void Simulator::enqueue(std::string_view route, SimResponse response) {
    const auto shared = std::make_shared<SimResponse>(std::move(response));
    enqueue(route, [shared](const SimRequest&) { return std::move(*shared); });
}

void Simulator::enqueue(std::string_view route, SimHandler handler) {
    impl_->script.enqueue(route, std::move(handler));
}

std::size_t Simulator::queued() const { return impl_->script.queued(); }

void Simulator::always(SimResponse response) { always(chat, std::move(response)); }

void Simulator::always(std::string_view route, SimResponse response) {
    impl_->script.always(route, std::make_shared<const SimResponse>(std::move(response)));
}

void Simulator::set_handler(
    std::function<std::optional<SimResponse>(const SimRequest&)> handler) {
    impl_->script.set_handler(std::move(handler));
}

void Simulator::load_scenario(const std::filesystem::path& file) {
    const auto render = [impl = impl_.get()](const Answer& answer, const SimRequest& request) {
        return impl->model.render(answer, request);
    };
    for (auto& rule : read_scenario(file, impl_->latches, render))
        impl_->script.add_rule(std::move(rule));
}

Latch Simulator::latch(std::string_view name) { return impl_->latches.get(name); }

std::size_t Simulator::replay(const std::filesystem::path& directory, std::optional<Split> split) {
    auto recordings = load_recordings(directory);
    for (auto& recording : recordings) {
        if (split) recording.response.split = *split;
        enqueue(recording.method + ' ' + recording.path, std::move(recording.response));
    }
    return recordings.size();
}

void Simulator::record_to(const std::filesystem::path& directory) {
    impl_->host.recorder.set_directory(directory);
}

void Simulator::drop_next_connections(std::size_t count, bool reset) {
    impl_->server->drop_next(count, reset);
}

void Simulator::add_generation(std::string_view id, boost::json::object data) {
    impl_->model.add_generation(id, std::move(data));
}

std::vector<SimRequest> Simulator::requests() const { return requests("* *"); }
std::vector<SimRequest> Simulator::requests(std::string_view route) const {
    return impl_->host.journal.requests(route);
}
std::size_t Simulator::request_count() const { return impl_->host.journal.request_count(); }

SimRequest Simulator::wait_for_request(std::size_t index, std::chrono::milliseconds timeout) const {
    return impl_->host.journal.wait_for_request(index, timeout);
}

std::size_t Simulator::open_connections() const { return impl_->host.journal.open_connections(); }
std::size_t Simulator::accepted_connections() const { return connections().size(); }
std::vector<ConnectionInfo> Simulator::connections() const {
    return impl_->host.journal.connections();
}

bool Simulator::wait_for_close(std::chrono::milliseconds timeout) const {
    return impl_->host.journal.wait_for_close(timeout);
}

ConnectionInfo Simulator::wait_for_close(std::uint64_t connection,
                                         std::chrono::milliseconds timeout) const {
    return impl_->host.journal.wait_for_close(connection, timeout);
}

}  // namespace capstan::testing
